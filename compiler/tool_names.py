"""The first words of the commands that people write in runbooks: what tells a command from output and from prose."""

from typing import Final

from compiler.proof.word_list import word_list

CLIENTS: Final = word_list(
    """
    aws awslocal az gcloud gsutil bq doctl heroku fly flyctl render vercel netlify ibmcloud oci eksctl ecs-cli sam
    cdk copilot docker docker-compose docker-machine podman podman-compose nerdctl crictl ctr buildah skopeo
    kubectl kubectx kubens oc helm helmfile kustomize k9s stern argocd flux istioctl linkerd cilium velero kubeadm
    kind minikube k3s etcdctl nomad consul vault boundary waypoint packer terraform terragrunt tofu pulumi ansible
    ansible-playbook ansible-vault puppet chef-client knife salt salt-call vagrant psql pg_dump pg_dumpall
    pg_restore pg_isready pg_ctl pg_ctlcluster pg_basebackup pgbench pg_top createdb dropdb vacuumdb reindexdb
    patronictl pgbouncer repmgr barman wal-g pgbackrest mysql mysqldump mysqladmin mariadb mongo mongosh mongodump
    mongorestore mongostat mongotop redis-cli redis-server redis-benchmark redis-sentinel valkey-cli keydb-cli
    sqlite3 cqlsh nodetool clickhouse-client influx cockroach sqlcmd bcp curl wget http https httpie grpcurl nc
    ncat netcat telnet socat ab hey wrk k6 vegeta locust siege nats nats-server rabbitmqctl rabbitmq-diagnostics
    rabbitmqadmin kafka-topics kafka-topics.sh kafka-consumer-groups kafka-consumer-groups.sh
    kafka-console-consumer kcat kafkacat celery sidekiq pulsar-admin mosquitto_pub mosquitto_sub promtool amtool
    ceph rbd restic rclone virsh openstack temporal vtctldclient crm_mon pcs gluster wg tailscale zkCli.sh xh
    kubectl-cnpg rabbitmq-queues rabbitmq-plugins kafka-configs.sh kafka-configs kafka-reassign-partitions.sh etcdutl
    calicoctl cmctl hubble mimirtool rpm-ostree virtctl
    logcli loki alertmanager grafana-cli datadog-agent sentry-cli newrelic pd
    """
)
"""Clients of servers and of clouds."""

HOST_TOOLS: Final = word_list(
    """
    awk gawk sed grep egrep fgrep zgrep rg ag cat zcat bzcat xzcat tac head tail less more cut sort uniq wc tr tee
    xargs paste column comm join split fold nl od xxd hexdump strings diff cmp jq yq xmllint base64 md5sum sha1sum
    sha256sum cksum ls ll find locate stat file du df ncdu mkdir rmdir rm cp mv ln touch truncate dd shred chmod
    chown chgrp chattr lsattr setfacl getfacl umask mktemp readlink realpath basename dirname tree ps top htop atop
    btop pgrep pkill kill killall pidof pstree nice renice ionice nohup timeout watch time strace ltrace gdb perf
    lsof fuser free vmstat iostat mpstat sar pidstat dstat uptime w who whoami id last lastlog hostname uname date
    cal env printenv export set unset alias cd pwd pushd popd source echo printf read test sleep wait exit true
    false eval exec trap ulimit type which whereis command history clear systemctl service journalctl loginctl
    timedatectl hostnamectl systemd-analyze systemd-cgtop initctl supervisorctl pm2 monit chkconfig update-rc.d
    dmesg sysctl modprobe lsmod lsblk blkid fdisk parted mkfs mount umount swapon swapoff fstrim smartctl mdadm lvs
    vgs pvs lvextend resize2fs xfs_growfs reboot shutdown halt poweroff logger logrotate crontab at batch nginx
    apachectl apache2ctl httpd haproxy caddy varnishadm varnishlog traefik postfix postqueue mailq sendmail
    gunicorn uwsgi uvicorn php php-fpm java javac jcmd jstack jmap jstat jps jinfo ip ifconfig route arp ss netstat
    ping ping6 traceroute tracepath mtr dig nslookup host whois tcpdump tshark nmap iptables ip6tables nft ufw
    firewall-cmd ethtool iw nmcli resolvectl getent conntrack iperf iperf3 ssh scp sftp rsync ssh-keygen ssh-add
    ssh-copy-id openssl certbot acme.sh keytool gpg age sops htpasswd mkcert tar gzip gunzip zip unzip bzip2
    bunzip2 xz unxz zstd 7z cpio su sudo doas useradd usermod userdel groupadd passwd chage visudo adduser deluser
    apt apt-get aptitude dpkg yum dnf rpm apk brew snap pacman zypper git gh glab hub svn hg make cmake ninja npm
    npx pnpm yarn node deno bun tsx ts-node pip pip3 pipx uv poetry pipenv conda python python2 python3 perl ruby
    bundle rake rails gem go cargo rustc mvn gradle ./gradlew dotnet mix elixir composer artisan alembic flask
    django-admin manage.py prisma sequelize knex flyway liquibase dbmate goose migrate pytest jest tox bash sh zsh
    zless zmore zegrep zfgrep zdiff bzgrep xzgrep zpool zfs chronyc ntpq ntpdate ntpstat iotop lscpu lspci lsusb lsmem
    lsipc findmnt mountpoint lsb_release nproc getconf ipcs namei traceroute6 tcptraceroute apt-cache apt-key apt-mark
    dpkg-query dpkg-reconfigure fail2ban-client fallocate postsuper postcat postmap sync taskset lastb vgextend pvcreate
    pvresize lvcreate lvremove lvresize growpart partprobe tune2fs e2fsck fsck xfs_repair mkswap wipefs iptables-save
    iptables-restore ip6tables-save ipset brctl netplan nstat hwclock groupdel usermod gpasswd chpasswd getenforce
    setenforce sestatus restorecon auditctl ausearch update-ca-certificates update-alternatives coredumpctl networkctl
    localectl numactl slabtop pmap rc-service vim vi nano emacs tailf
    ksh dash fish pwsh screen tmux crictl runc nsenter chroot newman playwright cypress
    """
)
"""Tools of a host, of a shell and of a developer."""

TOOLS: Final = CLIENTS | HOST_TOOLS
