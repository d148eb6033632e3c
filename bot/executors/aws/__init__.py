"""Steps of the AWS command line, by boto3."""
