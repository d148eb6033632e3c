"""The tools of a host that change it, and those that are never run: what a person may approve, and what nobody may."""

import re
from collections.abc import Callable, Mapping, Sequence

from compiler.proof.host_paths import objection_to_changing, objection_to_removing, objection_to_secret
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

CHANGING = word_list(
    """
    reboot shutdown poweroff halt init telinit useradd userdel usermod adduser deluser groupadd groupdel groupmod
    addgroup delgroup gpasswd chage chpasswd passwd chsh vipw hostname date dmesg route arp ifconfig iptables
    ip6tables iptables-restore ipset tc ethtool brctl bridge nmcli netplan mount umount swapon swapoff fsck e2fsck
    xfs_repair resize2fs xfs_growfs tune2fs mdadm lvcreate lvextend lvremove lvresize vgcreate vgextend pvcreate
    pvresize growpart mkswap modprobe rmmod insmod depmod update-initramfs update-grub logrotate renice ionice nice
    chrt taskset setfacl chattr at batch hwclock ntpdate apt-key add-apt-repository dpkg rpm update-ca-certificates
    update-alternatives restorecon setenforce setsebool auditctl a2ensite a2dissite a2enmod a2dismod apachectl
    postfix fuser smartctl newaliases postsuper fail2ban-client crontab initctl rc-service rc-update sv
    svc runsvdir invoke-rc.d conntrack nvidia-smi snapper lvconvert fstrim sync localectl setcap chcon partprobe
    nstat ipvsadm exim exim4 iscsiadm crm_mon jcmd multipath doveadm
    prlimit stress stress-ng ab wrk hey siege iperf iperf3
    """
)
_FILES = word_list(
    "mv cp mkdir touch chmod chown chgrp ln install gzip gunzip bzip2 bunzip2 xz unxz zstd unzip zip split"
)
_REMOVING = word_list("rm rmdir unlink truncate shred")

_BLOCK_COPY = word_list("if of bs ibs obs count skip seek conv status oflag iflag")
_TERMINAL = "it is for a person at a terminal"
_ENVIRONMENT = "it shows the environment, which holds secrets"
_MEMORY = "it shows the settings or the memory of a program, which hold secrets"
_SHOWS_MEMORY = word_list(
    "GC.heap_dump VM.system_properties VM.command_line VM.info VM.dynlibs Thread.print JFR.dump Compiler.codelist"
)
_RUNS_CODE = re.compile(r"--(?:eval|define|pipe|load|macros|rcfile|modprobe|pre-invoke|post-invoke)(?:=|$)|-[ED]")
_TRACE = "it stops or slows its target, and shows what passes through it"
REFUSED: Mapping[str, str] = {
    name: reason
    for names, reason in {
        "htop atop nmon nload iftop bmon glances bpytop btop nano vi vim emacs ed view screen tmux "
        "telnet ftp sftp visudo man info mosh ex bc "
        "su login ncdu mc multitail": _TERMINAL,
        "env printenv set export declare compgen": _ENVIRONMENT,
        "strace ltrace gdb tcpdump tshark perf bpftrace jstack jmap py-spy ngrep gcore dlv": _TRACE,
        "xargs parallel tee eval exec source . command nohup setsid flock script busybox toybox doas chroot nsenter "
        "unshare runuser trap builtin coproc stdbuf unbuffer systemd-run": "it runs other commands "
        "or writes where it is told",
        "mkfs mkfs.ext4 mkfs.xfs wipefs sgdisk sfdisk blkdiscard": "it overwrites a whole device",
        "ssh-keygen ssh-add ssh-agent ssh-copy-id gpg pass age sops keytool": "it handles keys",
        "jinfo": _MEMORY,
        "security secret-tool keyctl kadmin kadmin.local ktutil op bw lpass": "it handles keys",
        "nmap masscan hping3": "it scans other hosts",
        "yes": "it never ends",
        "locate updatedb": "it looks through the whole host",
    }.items()
    for name in names.split()
}
REWRITES = {"htop": "top -b -n 1", "atop": "top -b -n 1", "telnet": "nc -zv HOST PORT"}


def judge(argv: Sequence[str]) -> Judgement | None:
    """The verdict for a tool that changes its host, or is never run; None for any other tool."""
    tool = argv[0]
    if tool in REFUSED:
        return Judgement(Verdict.REFUSED, f"{tool}: {REFUSED[tool]}", REWRITES.get(tool))
    if tool in _SPECIAL:
        return _answer(tool, _SPECIAL[tool](argv[1:]))
    if tool in _REMOVING:
        return _answer(tool, _removing(argv))
    if tool in _FILES:
        return _answer(tool, _changing(argv[1:]))
    return _answer(tool, None) if tool in CHANGING else None


def _answer(tool: str, objection: str | None) -> Judgement:
    if objection:
        return Judgement(Verdict.REFUSED, f"{tool}: {objection}")
    return Judgement(Verdict.MUTATING, f"{tool} changes the host")


def _operands(words: Sequence[str]) -> list[str]:
    return [word for word in words if not word.startswith("-")]


def _removing(argv: Sequence[str]) -> str | None:
    words = list(argv[1:])
    if argv[0] in ("truncate", "shred"):
        words = _without_values(words, ("-s", "--size", "-n", "--iterations"))
    if any(word in ("--no-preserve-root", "-o", "--io-blocks", "--reference", "--random-source") for word in words):
        return "it takes away a guard, or names another file"
    paths = _operands(words)
    if not paths:
        return "it names nothing"
    return next((objection for path in paths if (objection := objection_to_removing(path))), None)


def _without_values(words: Sequence[str], options: tuple[str, ...]) -> list[str]:
    return [word for place, word in enumerate(words) if place == 0 or words[place - 1] not in options]


def _changing(words: Sequence[str]) -> str | None:
    paths = _operands(words)
    if not paths:
        return "it names nothing"
    return next((objection for path in paths if (objection := objection_to_changing(path))), None)


def _kill(words: Sequence[str]) -> str | None:
    rest = list(words)
    if rest and rest[0] in ("-s", "--signal", "-n"):
        rest = rest[2:]
    elif rest and rest[0].startswith("-") and len(rest) > 1:
        rest = rest[1:]
    if not rest or any(word.startswith("-") or not word.strip("0") for word in rest):
        return "it signals every process, or a whole group"
    return None


def _kernel_setting(words: Sequence[str]) -> str | None:
    secret = next((word for word in words if word.partition("=")[0].endswith(("_secret", "_key"))), None)
    return f"{secret[:60]} is a secret of the kernel" if secret else None


def _by_name(words: Sequence[str]) -> str | None:
    names = _operands(words)
    if not names or any(not name.strip(".*^$ ") for name in names):
        return "it signals every process"
    return None


def _java(words: Sequence[str]) -> str | None:
    return None if _SHOWS_MEMORY.isdisjoint(words) else _MEMORY


def _runs_code(words: Sequence[str]) -> str | None:
    """Packages and filters of the kernel, whose options can carry a program."""
    return "an option of it runs a program" if any(_RUNS_CODE.match(word) for word in words) else None


def _tar(words: Sequence[str]) -> str | None:
    letters = words[0].lstrip("-") if words and not words[0].startswith("--") else ""
    running = ("--to-command", "--checkpoint-action", "--use-compress-program", "--rsh-command", "--info-script",
               "--new-volume-script", "--rmt-command")  # fmt: skip
    clusters = [word for word in words if word.startswith("-") and not word.startswith("--")]
    if any(_abbreviates(word, running) for word in words) or any(
        {"I", "F"} & set(word) for word in [letters, *clusters]
    ):
        return "an option of it runs a program"
    if not any(set(word.lstrip("-")) & set("cxruA") for word in [letters, *clusters]) and not any(
        word in ("--create", "--extract", "--get", "--append", "--update", "--delete", "--concatenate")
        for word in words
    ):
        return "it is not known whether it makes or unpacks an archive"
    return _changing(words)


def _abbreviates(word: str, options: Sequence[str]) -> bool:
    """GNU tools take the beginning of a long option for the whole."""
    name = word.partition("=")[0]
    return len(name) > 3 and any(option.startswith(name) for option in options)


def _copying(words: Sequence[str]) -> str | None:
    running = ("--rsh", "--rsync-path", "--config", "--daemon", "--password-file", "--server", "--sender")
    for place, word in enumerate(words):
        shell = word.removeprefix("--rsh=") if word.startswith("--rsh=") else None
        if word in ("-e", "--rsh") or (word.startswith("-") and not word.startswith("--") and word.endswith("e")):
            shell = words[place + 1] if place + 1 < len(words) else ""
        if shell is not None and shell != "ssh":
            return "an option of it runs a program"
        if shell is None and (
            _abbreviates(word, running) or word in ("-o", "-S", "-F", "-J", "-i") or word.startswith("-o")
        ):
            return "an option of it runs a program, or names another identity"
    paths = [word for word in words if not word.startswith("-") and word != "ssh"]
    if len(paths) < 2:
        return "it names no source and destination"
    copied = (objection_to_secret(path.rpartition(":")[2]) for path in paths[:-1])
    placed = (objection_to_changing(path) for path in paths)
    return next((objection for objection in (*copied, *placed) if objection), None)


def _block_copy(words: Sequence[str]) -> str | None:
    """dd from nothing or a file to a file; a device may be a whole disk."""
    given = dict(word.partition("=")[::2] for word in words)
    target, source = given.get("of"), given.get("if", "/dev/zero")
    if not target or not given.keys() <= _BLOCK_COPY:
        return "only a file made from nothing or from another one is known"
    wrong = None if source in ("/dev/zero", "/dev/urandom") else objection_to_changing(source)
    return wrong or objection_to_changing(target)


def _date(words: Sequence[str]) -> str | None:
    named = any(_abbreviates(word, ("--file", "--reference")) or re.match("-[a-zA-Z]*[fr]", word) for word in words)
    return "it prints what is in a file, or about it" if named else None


def _split(words: Sequence[str]) -> str | None:
    runs = any(_abbreviates(word, ("--filter",)) for word in words)
    return "an option of it runs a program" if runs else _changing(words)


_SPECIAL: Mapping[str, Callable[[Sequence[str]], str | None]] = {
    "date": _date,
    "split": _split,
    "kill": _kill,
    "pkill": _by_name,
    "killall": _by_name,
    "tar": _tar,
    "sysctl": _kernel_setting,
    "rsync": _copying,
    "dd": _block_copy,
    "scp": _copying,
    "jcmd": _java,
    "rpm": _runs_code,
    "dpkg": _runs_code,
}
TOOLS = frozenset({*CHANGING, *_FILES, *_REMOVING, *REFUSED, *_SPECIAL})
