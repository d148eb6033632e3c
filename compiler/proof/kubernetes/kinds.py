"""The kinds of object a cluster holds, in every spelling that kubectl takes, and what reading one would show.

Plural, singular and short names are those of the Kubernetes API reference (1.32) and of the add-ons most teams run. A
kind outside this table may hold anything, so it is not read; a change to it needs a second person anyway.
"""

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum

from msgspec import Struct

from compiler.proof.go_flags import Refused
from compiler.proof.object_names import is_name


class Contents(IntEnum):
    """What an object's fields hold, the harmless first."""

    PLAIN = 0
    ENVIRONMENT = 1
    """Settings of containers, which now and then hold a secret: the values of `env` are dropped."""
    PARTS = 2
    """Free-form values beside plain fields: single fields are shown, never the whole object."""
    VALUES = 3
    """Free-form values and little else: only lists of names are shown."""
    SECRET = 4
    """Secrets: never read."""


class Kind(Struct, frozen=True):
    """One kind by its plural name, the API groups that have it, and what its objects hold."""

    plural: str
    groups: frozenset[str]
    contents: Contents


class Selection(Struct, frozen=True):
    """The kinds that a command names, as they are written, and the objects of them."""

    kinds: tuple[str, ...]
    names: tuple[str, ...]


# Each line: plural, singular and short names with commas, then the API groups (core is written as -).
_PLAIN = """
    bindings,binding -
    componentstatuses,componentstatus,cs -
    endpoints,ep -
    events,event,ev -,events.k8s.io
    limitranges,limitrange,limits -
    namespaces,namespace,ns -
    nodes,node,no -,metrics.k8s.io
    persistentvolumeclaims,persistentvolumeclaim,pvc -
    persistentvolumes,persistentvolume,pv -
    resourcequotas,resourcequota,quota -
    serviceaccounts,serviceaccount,sa -
    services,service,svc -
    mutatingwebhookconfigurations,mutatingwebhookconfiguration admissionregistration.k8s.io
    validatingadmissionpolicies,validatingadmissionpolicy admissionregistration.k8s.io
    validatingadmissionpolicybindings,validatingadmissionpolicybinding admissionregistration.k8s.io
    validatingwebhookconfigurations,validatingwebhookconfiguration admissionregistration.k8s.io
    customresourcedefinitions,customresourcedefinition,crd,crds apiextensions.k8s.io
    apiservices,apiservice apiregistration.k8s.io
    horizontalpodautoscalers,horizontalpodautoscaler,hpa autoscaling
    certificatesigningrequests,certificatesigningrequest,csr certificates.k8s.io
    leases,lease coordination.k8s.io
    endpointslices,endpointslice discovery.k8s.io
    flowschemas,flowschema flowcontrol.apiserver.k8s.io
    prioritylevelconfigurations,prioritylevelconfiguration flowcontrol.apiserver.k8s.io
    ingressclasses,ingressclass networking.k8s.io
    ingresses,ingress,ing networking.k8s.io,extensions
    networkpolicies,networkpolicy,netpol networking.k8s.io
    runtimeclasses,runtimeclass node.k8s.io
    poddisruptionbudgets,poddisruptionbudget,pdb policy
    clusterrolebindings,clusterrolebinding rbac.authorization.k8s.io
    clusterroles,clusterrole rbac.authorization.k8s.io
    rolebindings,rolebinding rbac.authorization.k8s.io
    roles,role rbac.authorization.k8s.io
    priorityclasses,priorityclass,pc scheduling.k8s.io
    csidrivers,csidriver storage.k8s.io
    csinodes,csinode storage.k8s.io
    csistoragecapacities,csistoragecapacity storage.k8s.io
    storageclasses,storageclass,sc storage.k8s.io
    volumeattachments,volumeattachment storage.k8s.io
    volumesnapshots,volumesnapshot,vs snapshot.storage.k8s.io
    volumesnapshotclasses,volumesnapshotclass snapshot.storage.k8s.io
    volumesnapshotcontents,volumesnapshotcontent,vsc snapshot.storage.k8s.io
    verticalpodautoscalers,verticalpodautoscaler,vpa autoscaling.k8s.io
    certificates,certificate,cert,certs cert-manager.io
    certificaterequests,certificaterequest,cr,crs cert-manager.io
    issuers,issuer cert-manager.io
    clusterissuers,clusterissuer cert-manager.io
    orders,order acme.cert-manager.io
    challenges,challenge acme.cert-manager.io
    gateways,gateway,gtw,gw gateway.networking.k8s.io,networking.istio.io
    gatewayclasses,gatewayclass,gc gateway.networking.k8s.io
    httproutes,httproute gateway.networking.k8s.io
    grpcroutes,grpcroute gateway.networking.k8s.io
    virtualservices,virtualservice networking.istio.io
    destinationrules,destinationrule,dr networking.istio.io
    serviceentries,serviceentry networking.istio.io
    peerauthentications,peerauthentication,pa security.istio.io
    authorizationpolicies,authorizationpolicy,ap security.istio.io
    ingressroutes,ingressroute traefik.io,traefik.containo.us
    servicemonitors,servicemonitor,smon monitoring.coreos.com
    podmonitors,podmonitor,pmon monitoring.coreos.com
    prometheusrules,prometheusrule,promrule monitoring.coreos.com
    scaledobjects,scaledobject,so keda.sh
    nodepools,nodepool karpenter.sh
    nodeclaims,nodeclaim karpenter.sh
    externalsecrets,externalsecret,es external-secrets.io
    gitrepositories,gitrepository,gitrepo source.toolkit.fluxcd.io
    appprojects,appproject,appproj,appprojs argoproj.io
    kafkatopics,kafkatopic,kt kafka.strimzi.io
    targetgroupbindings,targetgroupbinding elbv2.k8s.aws
    backups,backup velero.io
    restores,restore velero.io
    schedules,schedule velero.io
    machines,machine,ma cluster.x-k8s.io
    machinedeployments,machinedeployment,md cluster.x-k8s.io
    machinesets,machineset,ms cluster.x-k8s.io
    clusterpolicies,clusterpolicy,cpol kyverno.io
    policyreports,policyreport,polr wgpolicyk8s.io
    managedcertificates,managedcertificate,mcrt networking.gke.io
    clusterversions,clusterversion config.openshift.io
    clusteroperators,clusteroperator,co config.openshift.io
    machineconfigpools,machineconfigpool,mcp machineconfiguration.openshift.io
    projects,project project.openshift.io
    imagestreams,imagestream image.openshift.io
    installplans,installplan operators.coreos.com
    etcds,etcd operator.openshift.io
    cephclusters,cephcluster,ceph ceph.rook.io
    cephblockpools,cephblockpool,cephbp ceph.rook.io
    cephfilesystems,cephfilesystem,cephfs ceph.rook.io
    cephobjectstores,cephobjectstore,cephos ceph.rook.io
    kubevirts,kubevirt,kv kubevirt.io
    datavolumes,datavolume,dv cdi.kubevirt.io
    virtualmachineinstancemigrations,virtualmachineinstancemigration,vmim kubevirt.io
    scheduledbackups,scheduledbackup postgresql.cnpg.io
    ciliumnetworkpolicies,ciliumnetworkpolicy,cnp,ciliumnp cilium.io
"""
_ENVIRONMENT = """
    pods,pod,po -,metrics.k8s.io
    podtemplates,podtemplate -
    replicationcontrollers,replicationcontroller,rc -
    controllerrevisions,controllerrevision apps
    daemonsets,daemonset,ds apps,extensions
    deployments,deployment,deploy apps,extensions
    replicasets,replicaset,rs apps,extensions
    statefulsets,statefulset,sts apps
    cronjobs,cronjob,cj batch
    jobs,job batch
    rollouts,rollout,ro argoproj.io
    ksvc serving.knative.dev
    scaledjobs,scaledjob,sj keda.sh
    kafkas,kafka,k kafka.strimzi.io
    prometheuses,prometheus,prom monitoring.coreos.com
    alertmanagers,alertmanager,am monitoring.coreos.com
"""
_PARTS = """
    ec2nodeclasses,ec2nodeclass,ec2nc,ec2ncs karpenter.k8s.aws
    awsnodetemplates,awsnodetemplate karpenter.k8s.aws
    routes,route route.openshift.io
    clusterserviceversions,clusterserviceversion,csv,csvs operators.coreos.com
    virtualmachines,virtualmachine,vm,vms kubevirt.io
    virtualmachineinstances,virtualmachineinstance,vmi,vmis kubevirt.io
    clusters,cluster postgresql.cnpg.io,cluster.x-k8s.io
    postgresqls,postgresql,pg acid.zalan.do
    elasticsearches,elasticsearch elasticsearch.k8s.elastic.co
    rabbitmqclusters,rabbitmqcluster,rmq rabbitmq.com
    applications,application,app,apps argoproj.io
    workflows,workflow,wf argoproj.io
    kustomizations,kustomization,ks kustomize.toolkit.fluxcd.io
    helmreleases,helmrelease,hr helm.toolkit.fluxcd.io
    helmcharts,helmchart,hc source.toolkit.fluxcd.io,helm.cattle.io
"""
_VALUES = """
    all -
    configmaps,configmap,cm -
    sealedsecrets,sealedsecret bitnami.com
    secretstores,secretstore,ss external-secrets.io
    clustersecretstores,clustersecretstore,css external-secrets.io
"""


def _table() -> dict[str, Kind]:
    texts = {
        Contents.PLAIN: _PLAIN,
        Contents.ENVIRONMENT: _ENVIRONMENT,
        Contents.PARTS: _PARTS,
        Contents.VALUES: _VALUES,
        Contents.SECRET: "secrets,secret -",
    }
    rows = [(contents, line.split()) for contents, text in texts.items() for line in text.splitlines() if line.strip()]
    table: dict[str, Kind] = {}
    for contents, (spellings, groups) in rows:
        kind = Kind(spellings.partition(",")[0], frozenset(groups.replace("-,", ",").split(",")), contents)
        table |= dict.fromkeys(spellings.split(","), kind)
    return table


_KINDS = _table()
_VERSION = re.compile(r"v[1-9][0-9]*(?:(?:alpha|beta)[1-9][0-9]*)?")
_KIND = re.compile(r"[A-Za-z][A-Za-z0-9.-]*")


def resolve(spelling: str) -> Kind | None:
    """The kind that a word such as `po`, `Deployment` or `ingresses.v1.networking.k8s.io` names; None when unknown."""
    name, dot, qualifier = spelling.lower().partition(".")
    kind = _KINDS.get(name)
    if kind is None or kind.contents is Contents.SECRET or not dot:
        return kind
    version, _, group = qualifier.partition(".")
    return kind if qualifier in kind.groups or (_VERSION.fullmatch(version) and group in kind.groups) else None


def select(operands: Sequence[str]) -> Selection:
    """The kinds and names in `pods,svc`, `pod a b`, `deploy/a svc/b`. Raises Refused when it is none of these."""
    if not operands:
        raise Refused("it names no kind of object")
    if any("/" in operand for operand in operands):
        pairs = [_pair(operand) for operand in operands]
        return Selection(tuple(kind for kind, _ in pairs), tuple(name for _, name in pairs))
    kinds = tuple(operands[0].split(","))
    if wrong := next((kind for kind in kinds if not _KIND.fullmatch(kind)), None):
        raise Refused(f"{wrong[:40]!r} is not a kind of object")
    if wrong := next((name for name in operands[1:] if not is_name(name)), None):
        raise Refused(f"{wrong[:40]!r} is not the name of one object")
    return Selection(kinds, tuple(operands[1:]))


def _pair(operand: str) -> tuple[str, str]:
    kind, slash, name = operand.partition("/")
    if not slash or not _KIND.fullmatch(kind) or not is_name(name):
        raise Refused(f"{operand[:40]!r} does not name one object as kind/name")
    return kind, name


def contents_of(kinds: Sequence[str]) -> Contents:
    """What reading objects of these kinds may show: the worst of them. Raises Refused for a kind that is not known."""
    known = [resolve(kind) for kind in kinds]
    if any(kind and kind.contents is Contents.SECRET for kind in known):
        return Contents.SECRET
    if unknown := next(_unknown(kinds), None):
        raise Refused(f"what objects of the kind {unknown[:40]!r} hold is not known")
    return max((kind.contents for kind in known if kind), default=Contents.PLAIN)


def _unknown(kinds: Sequence[str]) -> Iterator[str]:
    return (kind for kind in kinds if resolve(kind) is None)
