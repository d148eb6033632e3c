"""az: what Azure holds, its figures and its logs. What lists keys, or names a secret in `--query`, is refused."""

from compiler.proof.client import client

CLIENTS = {
    "az": client(
        options="-g=name --resource-group=name -n=name --name=name -o=name --output=name --query=query "
        "--subscription=name --only-show-errors",
        reads="""
vm/vmss/aks/group/resource/disk/snapshot/image/webapp/functionapp/redis/acr/cosmosdb list/show: -d
    --show-details | #
    shows what the cloud holds
vm get-instance-view, vm list-ip-addresses, vmss list-instances, vmss get-instance-view, aks nodepool list,
    aks nodepool show, aks get-upgrades, account show, account list, account list-locations, webapp list-instances,
    webapp deployment slot list, monitor alert list, monitor metrics alert list, monitor metrics alert show:
    --cluster-name=name --instance-id=names | # shows what the cloud holds
network vnet/nic/nsg/public-ip/lb/application-gateway/route-table/private-endpoint/dns list/show,
    network nsg rule list, network nic list-effective-nsg, network nic show-effective-route-table,
    network application-gateway show-backend-health, network lb probe list, network vnet subnet list,
    sql server/db list/show, sql db list-usages, acr repository list/show-tags, postgres server list/show,
    postgres/mysql flexible-server list/show, storage account list/show, servicebus namespace/queue/topic list/show,
    servicebus topic subscription list/show, eventhubs namespace/eventhub list/show: --server=name -s=name
    --namespace-name=name --topic-name=name --nsg-name=name --vnet-name=name --lb-name=name --repository=word
    --orderby=name --top=lines | # shows what the cloud holds
network dns zone list, network dns zone show, network dns record-set list, network private-dns zone list: -z=name
    --zone-name=name | # shows the zones and their names
network dns record-set a/aaaa/cname/txt/mx/ns/srv list/show: -z=name --zone-name=name | # shows the names of a zone
network watcher test-ip-flow, network watcher show-next-hop: --direction=name --protocol=name --local=word
    --remote=word --vm=word --nic=word --source-ip=word --dest-ip=word | # says where a packet would go
vm list-usage, vm list-sizes, vm list-skus, network list-usages: -l=name --location=name --size=name --zone | # shows
    what there is
containerapp list, containerapp revision list: ^-o/--output=tablename | # lists programs and their revisions
containerapp logs show: --tail=lines ~--follow --type=name --container=name --revision=name --replica=name
    --format=name | | --tail 100 # shows the end of the logs
monitor metrics list: --resource=path --metric=plain --metrics=plain --interval=name --aggregation=name
    --start-time=time --end-time=time --filter=plain --top=lines | # shows figures
monitor activity-log list: --offset=name --max-events=lines --start-time=time --end-time=time --status=name | #
    lists
    events
monitor log-analytics query: ^-w/--workspace=word ^--analytics-query=kusto -t=word --timespan=word | # asks the logs
monitor app-insights query: ^--analytics-query=kusto -a=word --app=word --apps=word --offset=name
    --start-time=time --end-time=time | # asks the logs
graph query: ^-q/--graph-query=kusto --first=lines | # asks what the cloud holds
pipelines runs list, pipelines runs show, pipelines build list: --top=lines --id=number --status=name --result=name
    --branch=word --project=name -p=name | # shows pipelines
deployment group/sub list: ^-o/--output=tablename | # lists deployments
role assignment list: --assignee=word --scope=path --role=plain --all | # shows who may do what
keyvault list, keyvault secret/key/certificate list: --vault-name=name | # lists the names of secrets
storage blob list, storage container list: -c=name --container-name=name --account-name=name ^--auth-mode=loginmode
    --prefix=word --num-results=lines | # lists objects
version, --version: | # shows the version
""",
        refused={
            "ssh, webapp ssh, vm run-command, interactive, containerapp exec, serial-console, aks command,"
            " webapp create-remote-connection, login": "it is for a person at a terminal",
            "webapp log tail, webapp log": "it goes on until somebody stops it",
            "storage blob download, storage file download": "it is the data: a person fetches what is needed",
            "cosmosdb list-connection-strings, search admin-key, search query-key, ad sp create-for-rbac,"
            " network vpn-connection shared-key, monitor app-insights api-key, containerapp secret,"
            " keyvault, webapp config appsettings list, functionapp config appsettings list": "it shows secrets",
        },
        refused_options={"--debug": "it prints the credentials that it sends"},
        rest_changes=True,
    ),
}
