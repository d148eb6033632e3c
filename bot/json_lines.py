"""What ``--json`` prints where each answer is an object on a line of its own."""

import json


def json_line(value: object) -> str:
    """The object on one line, readable as it is; in escapes where a text in it would break the line or is no UTF-8.

    A name of a file may be any bytes, and programs that read line by line end one at more characters than JSON knows.
    """
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return line if len(line.splitlines()) == 1 else json.dumps(value)
