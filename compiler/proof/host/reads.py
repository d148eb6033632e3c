"""The tools of a host that look: the forms of each that are known to change nothing (`!` and `~` as in usage.py)."""

from compiler.proof import forms

_SYSTEM = """
df: -ahHiklmPT --all --human-readable --si --inodes --local --portability --print-type --total -t=name --type=name
    -x=name --exclude-type=name --output?=fields -B=name --block-size=name | measured* # shows disk space
du: -abchHkmsSx --all --apparent-size --bytes --total --human-readable --si --summarize --one-file-system -d=number
    --max-depth=number --exclude=word -t=word --threshold=word -B=name --block-size=name --time?=name
    | listed+ # shows what takes up space
free: -bkmghwtlv --bytes --kilo --mega --giga --human --wide --total --lohi --si ~-s=seconds ~--seconds=seconds
    ~-c=samples ~--count=samples | # shows memory
uptime: -ps --pretty --since | # shows load and time since the start
w: -hsfiou --no-header --short | name? # lists who is logged in
who: -abdHlmpqrstTu --all --boot --count --heading --runlevel | # lists who is logged in
last, lastb: -adFiRwx -#=lines -n=lines -s=time -t=time -p=time --time-format=name | name* | -n/-# 50 # lists logins
lastlog: -u=name -t=number -b=number | # lists last logins
id: -gGnru | name? # shows a user's groups
groups: | name* # shows a user's groups
whoami, users, arch, nproc, tty, pwd, true, false, locale, runlevel: --all | # shows a fact about the host
uname: -asnrvmpio --all --kernel-release --machine | # shows the kernel
lsb_release: -acdirs --all | # shows the distribution
getconf: -a | name? listed? # shows a system limit
ulimit: -aHSncuvdfmlst | # shows the limits of a process
hostname: -fidsIAa --fqdn --long --short --ip-address --all-ip-addresses --domain --alias !-F=text !--file=text !-b
    | !name? # shows the host's name
date: -uIR --utc --universal --iso-8601?=name --rfc-3339=name -d=time --date=time !-s=text !--set=text
    | format? # shows the time
date: -u | !number # shows the time
cal: | number* # shows a calendar
sleep: | seconds # waits
echo: -ne | plain* # prints a text
printf: | plain+ # prints a text
which, whereis, type: -a | name+ # shows where a program is
vmstat: -aswtndDm --active --stats --wide --timestamp --disk -S=name --unit=name | seconds? samples:3
    # samples memory, paging and processors
iostat: -xztkmcdhyN --human -p=name | seconds? samples:3 # samples disks
mpstat: -Au -P=names -I=name | seconds? samples:3 # samples processors
pidstat: -druwlthI --human -p=names -C=name | seconds? samples:3 # samples processes
dstat: -cdngylmsrtpia | seconds? samples:3 # samples the host
sar: -AurqbBdSWwvph -n=names -P=names -s=time -e=time -i=number -f=read | seconds? samples:3 # shows recorded
    activity
top: -bcHi -n=samples -o=sort -p=names -u=name -U=name -d=seconds -w=number -1 -S -E=name -e=name | | -b; -n 1
    # shows the busiest processes once
iotop: -boPaktq --batch --only -n=samples -d=seconds -p=name -u=name | | -b/--batch; -n 1 # shows disk use once
pgrep: -flaxnovci --full --list-full --exact --newest --oldest --count -u=names -U=names -P=names -g=names
    | text? # finds processes
pidof: -sx | name+ # finds processes
pstree: -pahulnA | name? # shows the tree of processes
kill: ^-l | name? # lists the signals
kill: ^-0 | number+ # says whether a process runs
lscpu: -JebcapB --json --bytes --all --online --offline --extended?=names --parse?=names | # shows the processors
lsblk: -abdfJlmnpPrtS --fs --all --json --list -o=names --output=names | # lists disks
findmnt: -lnJDr --df --json -t=names --types=names -o=names --output=names -T=measured --target=measured | listed?
    # lists mounts
mount: -l -t=names | # lists mounts
mountpoint: -q | listed # says whether a folder is a mount
swapon: ^-s/--show/--summary --noheadings --bytes | # shows swap
lspci, lsusb, lsmem, lsmod, lsipc: -vknt | # lists hardware or modules
lvs, vgs, pvs, lvdisplay, vgdisplay, pvdisplay: -ac -o=names --units=name --noheadings | word* # shows volumes
mdadm: ^-D/--detail | device # shows a disk array
smartctl: -aHiAx --all --health --info --attributes --xall -l=smartlog -d=word | device # shows a disk's health
tune2fs, fdisk, parted: ^-l | device? # shows a disk's layout
nvidia-smi: -qL --list-gpus -i=names -d=names --query-gpu=word --format=word ~-l=seconds | # shows graphics
    processors
test: ^-f/-d/-e/-s/-L/-h/-r/-w/-x=listed | # says whether a file is there
blkid: | # lists disks
ipset: -nt --name --terse -o=name | listing name? # lists the firewall's sets
prlimit: ^-p/--pid=number -o=names --output=names --noheadings --raw --verbose | # shows the limits of a process
taskset: ^-p/--pid -c --cpu-list -a --all-tasks | number # shows which processors a process may use
chrt, ionice: ^-p/--pid | number # shows the priority of a process
lsns: -Jlnprut -p=number --task=number --type=name -o=names | # lists namespaces
auditctl: ^-l/-s | # shows the rules or the state of auditing
lslocks: -bJnru -p=number -o=names | # lists locks of files
pmap: -xXdpq | number+ # shows the memory of a process
squeue: -lahij -u=names --user=names -p=names --partition=names -t=names --states=names | # lists the jobs of a cluster
sinfo: -NlaesRh -p=names --partition=names | # shows the nodes of a cluster
xfs_info: | measured # shows a file system's layout
dmidecode: -q -t=names -s=name | # shows the machine
lshw: -short/-short -quiet/-quiet -class/-class=name -C=name | # shows the machine
numastat: -cmnsvz -p=name | # shows the memory of each processor
slabtop: ^-o/--once -s=name | # shows the kernel's memory once
systemd-cgtop: -b --batch -n=samples --iterations=samples -d=seconds -p -t -c -m -i | | -b/--batch;
    -n/--iterations 1
    # shows the busiest services once
ipvsadm: ^-L/-l/--list -n --numeric --stats --rate --timeout --daemon -c | # lists virtual servers
multipath: ^-l -v=number | # lists the ways to disks
multipath: ^-ll/-ll | # lists the ways to disks
iscsiadm: ^-m=name -P=number | # lists sessions to disks
rpcinfo: ^-p/-s | host? # lists services of a host
exim, exim4: ^-bpc/-bp/-bV | # lists the mail queue
doveadm: | doveadmword # lists who is logged in
crm_mon: ^-1/--one-shot -ArfnVo --group-by-node --inactive | # shows the state of the cluster
jps: -lq | # lists the machines of Java
jstat: ^-gc/-gcutil/-gccause/-gccapacity/-gcnew/-gcold/-gcmetacapacity/-class/-compiler -t | number # shows
    counters of
    Java's memory
jstat: ^-gc/-gcutil/-gccause/-gccapacity/-gcnew/-gcold/-gcmetacapacity/-class/-compiler -t | number name samples:3
    # samples Java's memory
jcmd: | number jcmdword # shows facts about a process of Java
aa-status: --verbose --json | # shows whether access is enforced
getsebool: -a | name? # shows a switch of what is enforced
sensors: -ufjA | # shows temperatures
numactl: ^-H/--hardware/-s/--show | # shows the memory of each processor
getenforce: | # shows whether access is enforced
sestatus: -vb | # shows whether access is enforced
named-checkconf: -z | # tests the settings of the name server
mailq: | # lists the mail queue
varnishstat: ^-1 -j -f=word | # shows the cache's counters
ipcs: -amqsulptc | # shows shared memory
dmesg: -TtxkueHLrJP --ctime --human --kernel --userspace --decode --reltime --nopager --color?=name -l=names
    --level=names -f=names --facility=names --since=time --until=time ~-w ~-W ~--follow ~--follow-new !-c !-C
    !-D !-E
    !-n=name !--clear !--read-clear !--console-on !--console-off !--console-level=name | # shows the kernel's
    messages
sysctl: -anNbeq --all --values !-w !--write !-p !--system !--load | setting* # shows kernel settings
sysctl: -neq !-w !--write !-p !--load !--system | !assignment+ # shows kernel settings
sysctl: !-p !--load !--system | listed? # shows kernel settings
crontab: ^-l -u=name | # lists the scheduled jobs
atq: | # lists the scheduled jobs
dpkg: ^-l/--list/-s/--status/-L/--listfiles/--get-selections | word* # lists packages
dpkg: ^-S/--search | listed # says which package a file is of
dpkg-query: ^-l/--list/-s/--status/-L/--listfiles | word* # lists packages
rpm: ^-q/--query -ailRcd --all --info --list --last --requires --changelog | word* # lists packages
rpm: ^-q/--query ^-f/--file -i | listed # says which package a file is of
strings, hexdump, xxd, od, base64: -C | read # shows what is in a log
"""

_GREPS = "grep, egrep, fgrep, zgrep, zegrep, zfgrep, bzgrep, xzgrep"
_GREP = (
    "-ivcnlLhHwxoEFGsqabP --ignore-case --invert-match --count --line-number -A=lines -B=lines -C=lines -m=lines "
    "--color?=name"
)
_GREP_FILES = (
    "-#=lines --files-with-matches --no-filename --with-filename --word-regexp --only-matching --extended-regexp "
    "--fixed-strings --text --after-context=lines --before-context=lines --context=lines --max-count=lines "
    "--include=word --exclude=word --exclude-dir=word"
)
_FILES = f"""
ls: -aAlhtrSR1dFisGnpXcuUQZ --all --context --almost-all --human-readable --size --reverse --recursive --directory
    --full-time --group-directories-first --color?=name --time-style=word --sort=name --time=name | listed* # lists
    files
tree: -dfashpugDtr -L=number --du --dirsfirst | listed # lists files
stat: -Lft --format=text -c=text --printf=text | listed+ # shows facts about files
file: -bik --brief --mime | listed+ # names the kind of a file
readlink, realpath: -fem | listed # shows where a link leads
namei: -lom | listed # shows the rights on a path
getfacl, lsattr: -dR | listed+ # shows the rights on files
md5sum, sha1sum, sha256sum, sha512sum, b2sum, cksum, sum: -bt | listed+ # computes a checksum
wc: -lcwmL --lines --words --bytes --chars | listed+ # counts lines
basename, dirname: | place+ # splits a path
diff, cmp: -uqrbwyNs --brief --unified | read read # compares two logs
cat, tac, nl: -nbAsETv -b=name | read+ # shows a log
zcat, bzcat, xzcat: -f | read+ # shows a packed log
head: -qv -#=lines -n=lines --lines=lines -c=number --bytes=number | read+ # shows the first lines
tail: -qv -#=lines -n=lines --lines=lines -c=number --bytes=number ~-f ~-F ~--follow?=name ~--retry ~-s=seconds
    ~--pid=number | read+ | ~-n/--lines/-#/-c/--bytes 100 # shows the last lines
{_GREPS}: {_GREP} -rI --recursive {_GREP_FILES} | text read+ # searches logs
{_GREPS}: {_GREP} -rI ~-R {_GREP_FILES} | text read+ | -r # searches logs, without going where links lead
{_GREPS}: {_GREP} ^-e/--regexp=text | read+ # searches logs
rg: -inclwvFS --ignore-case --count --no-heading -A=lines -B=lines -C=lines -m=lines -g=word | text read+
    # searches logs
tar: ^-t/--list -zjJv --gzip --verbose ^-f/--file=archive | word* # lists an archive
gzip, gunzip, zstd, xz, bzip2: ^-l/--list/-t/--test -v | archive+ # checks a packed file
unzip, zipinfo: ^-l/-t/-Z -v | archive # lists an archive
"""

_NETWORK = """
ss: -nltupaeimoMSsxw46dr0OHQTZ --tcp --udp --listening --numeric --processes --summary --all --extended --info
    --memory
    --options --no-header --ipv4 --ipv6 --unix !-K !--kill ~-E ~--events -A=names -f=name --family=name | text*
    # lists sockets
netstat: -tulpnaersigovWwx46 --tcp --udp --listening --numeric --program --all --statistics --route --interfaces ~-c
    | # lists sockets
lsof: -nPtlaRUi -p=names -u=names -c=name -s=socket | listed* # lists open files
lsof: -nPtlaRU ^-i=socket -p=names -u=names -c=name -s=socket | # lists open sockets
lsof: -nPtlaRU -u=names | belowmark listed # lists open files below a folder
lsof: -nPtlaRU -p=names -u=names -s=socket | linkcount listed? # lists files that are removed and still open
fuser: -vum --verbose --user --mount -n=name | listed+ # finds who uses a file
fuser: -vu46 | netport+ # finds who uses a port
ifconfig: -as | name? # shows the interfaces
ifconfig: | name !word+ # shows the interfaces
arp: -anev !-d=host !-s=host | host? # shows the neighbours
route: -ne46 | # shows the routes
route: -46n | !name !word+ # shows the routes
ethtool: -SikgalmncTxP --statistics --driver --show-features --show-offload --show-ring --show-pause --show-channels
    --show-coalesce --show-time-stamping --show-permaddr | name # shows an interface
nfsstat: -csmnrvl | # shows counters of network file systems
showmount: ^-e/--exports/-a/--all/-d/--directories --no-headers | host? # lists exported folders
conntrack: ^-L/--dump/-C/--count/-S/--stats -n -g -p=name -s=host -d=host --src=host --dst=host --sport=port
    --dport=port --state=name -f=name | name? # lists tracked connections
nstat: -az ^-s/--noupdate --zeros --ignore | # shows network counters, and keeps no note of having done so
dig: -46 -x=host -t=record -p=port -q=name -c=name | dnsword+ # asks the name service
dig: -46 ^-x=host -p=port | dnsword* # asks the name service
host: -tav46 -t=record -W=number | host host? # asks the name service
getent: | database word* # asks the host's own lists
whois: | host # asks who owns a name
ping, ping6: -qn46DOv -c=packets -i=seconds -w=seconds -W=seconds -s=number -t=number -I=name | host | -c 5
    # probes the way to a host
traceroute, traceroute6, tracepath, tcptraceroute: -nIT46bF -m=hops -w=seconds -q=samples -p=port | host number?
    # shows the way to a host
mtr: -rnwbz46Tu --report --report-wide --no-dns --tcp --udp -c=packets --report-cycles=packets -i=seconds -P=port
    --port=port | host | -r/--report/-w/--report-wide; -c/--report-cycles 5 # shows the way to a host
nc, ncat, netcat: ^-z -vnu46 -w=seconds | host port # probes a port
ntpq: ^-p -n | host? # shows the clock's sources
ntpq: ^-c=ntpword -n | host? # shows the clock's sources
ntpstat, ntptime: | # shows the clock's state
iptables, ip6tables: ^-L/--list/-S/--list-rules -nvxw --line-numbers --numeric --verbose -t=name | name* # lists the
    firewall's rules
iptables-save, ip6tables-save: -c -t=name | # lists the firewall's rules
"""

_WHOLE_WORDS = """
nslookup: -type=record -query=record -q=record -debug -timeout=number | host host? # asks the name service
openssl s_client: ^-connect=server -servername=host -showcerts -brief -tls1 -tls1_1 -tls1_2 -tls1_3 -no_tls1_3
    -starttls=name
    -status -verify=number -verify_return_error -prexit -alpn=word -4 -6 -quiet | # looks at a server's certificate
openssl s_client: -servername=host -showcerts -brief | server # looks at a server's certificate
openssl x509: -noout -text -dates -subject -issuer -enddate -startdate -fingerprint -serial -checkend=number
    -ext=names -sha256
    -hash -email -purpose -pubkey -in=certificate -inform=name -nameopt=names | # shows a certificate
openssl verify: -CAfile=certificate -untrusted=certificate -verbose -show_chain | certificate # checks a certificate
openssl crl: ^-in=certificate -noout -text -lastupdate -nextupdate -issuer -inform=name | # shows revoked
    certificates
openssl req: ^-in=certificate ^-noout -text -subject -verify -pubkey -inform=name | # shows a request for a certificate
openssl ciphers: -v -V -s -tls1_2 -tls1_3 | # lists ciphers
openssl version: -a -v -b -d | # shows the version
"""

READS = forms.table(_SYSTEM) | forms.table(_FILES) | forms.table(_NETWORK)
WHOLE_WORDS = forms.table(_WHOLE_WORDS, whole_words=True)
