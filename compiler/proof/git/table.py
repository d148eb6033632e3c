"""The commands of git and gh as a runbook writes them: those that look, with their options, and those that change."""

from compiler.proof.client import client

_LOG = (
    "--oneline --stat --shortstat --name-only --name-status --graph --decorate?=name --all --merges --no-merges "
    "-s --first-parent --reverse --abbrev-commit --no-color --no-patch -#=lines -n=lines --max-count=lines "
    "--skip=number --since=time --after=time --until=time --before=time --author=text --grep=text --pretty?=layout "
    "--format=layout --date=word --follow --left-right --cherry-pick --branches --tags --remotes -i -E -F"
)
_DIFF = (
    "-pwb --stat --shortstat --numstat --name-only --name-status --cached --staged --no-color --word-diff --summary "
    "--check --quiet --exit-code -U=number"
)
_DRIVERS = "--no-ext-diff --no-textconv"
_LIST = "-va --all --verbose -r --remotes --list -l --show-current --no-color"
_RUNS = "it can run a program that the option or the configuration names"
_ELSEWHERE = "it looks at another repository or writes elsewhere"

GIT = client(
    options="--no-pager -P --no-optional-locks",
    reads=f"""
status: -sbu --short --branch --porcelain?=name --long --ahead-behind --untracked-files?=name | # shows what differs
    from the last commit
log, whatchanged: {_LOG} | revision* | ~-n 50 # lists commits
log: ^-S/-G=text {_LOG} {_DRIVERS} | revision* | ~-n 20; -n/--max-count/-# 20; --no-ext-diff; --no-textconv
    # lists commits that changed a text
log: -p --patch {_LOG} {_DRIVERS} | revision* | -n/--max-count/-# 20; --no-ext-diff; --no-textconv # shows commits
show: {_LOG} {_DRIVERS} | revision* | --no-ext-diff; --no-textconv # shows a commit
diff: {_DIFF} {_DRIVERS} | revision* | --no-ext-diff; --no-textconv # shows what differs
shortlog: -sne --summary --numbered --email --no-merges --since=time | revision+ # counts commits
rerere status, rerere remaining: | # lists conflicts
branch: {_LIST} --sort=sort | # lists branches
branch: --merged --no-merged -ra | # lists branches
branch: --contains=revision --merged=revision --no-merged=revision -r -a | # lists branches
branch: ^--list/-l -a -r -v | text* # lists branches
tag: -n -l --list --sort=sort | # lists tags
tag: ^-l/--list -n --sort=sort | text* # lists tags
tag: --contains=revision --points-at=revision --merged=revision --sort=sort | # lists tags
remote: -v --verbose | # lists remotes
remote get-url: | name # shows a remote
stash list: | # lists what is stashed
stash show: --stat --name-only | revision? # shows what is stashed
stash show: ^-p/--patch --stat --no-ext-diff --no-textconv | revision? | --no-ext-diff; --no-textconv # shows what is
    stashed
symbolic-ref: -q --quiet --short | revision # says what a name stands for
rev-parse: --short?=number --abbrev-ref --verify --show-toplevel --is-inside-work-tree | revision* # shows a
    commit's name
describe: --tags --always --dirty --abbrev=number --long --exact-match --all | revision? # names a commit
rev-list: --count --all -n=lines --max-count=lines --since=time --no-merges | revision* # lists commits
name-rev, merge-base, cherry: -v --all --is-ancestor | revision+ # compares commits
ls-files: -mods --modified --others --deleted --stage --exclude-standard | pathspec* # lists files
ls-tree: -rl --name-only --long | revision pathspec* # lists files of a commit
blame, annotate: -L=range -w --no-textconv | revision pathspec? | --no-textconv # shows who wrote each line
reflog, reflog show: -n=lines -#=lines | revision? # lists where a branch has been
worktree list, submodule status, notes list, bisect log: --recursive | # lists what the repository holds
count-objects: -vH | # shows the repository's size
for-each-ref: --sort=sort --count=lines --format=layout | pathspec* # lists references
show-ref: --heads --tags | pathspec* # lists references
cat-file: ^-t/-s/-e | revision # says what kind of object a name is of
diff-tree: --no-commit-id --name-only --name-status -rm | revision+ # lists the files of a commit
check-ignore: -vq | pathspec+ # says why a file is left out
fsck: --no-progress --no-dangling | # checks the repository
--version, version: | # shows the version
""",
    changes="""
fetch, pull, push, checkout, switch, restore, merge, rebase, revert, cherry-pick, reset, clean, stash, add, rm, mv,
    commit, tag
branch, clone, init, apply, am, gc, prune, repack, remote add, remote remove, remote rm, remote rename, remote set-url
remote prune, remote update, submodule update, submodule init, submodule add, submodule sync, submodule deinit,
    worktree add
worktree remove, worktree prune, worktree move, update-ref, update-index, symbolic-ref, notes add, notes remove,
    bisect start
bisect good, bisect bad, bisect reset, reflog expire, reflog delete, maintenance, sparse-checkout, lfs pull,
    lfs fetch, lfs push
lfs install, lfs track, format-patch, archive, bundle, replace, flow, pack-refs, stash pop, stash apply, stash drop,
    stash push
stash save, stash clear, rerere, rerere clear, rerere forget,
    rerere gc
""",
    refused={
        "config, var": "the configuration may hold credentials, and its values may be programs",
        "credential": "it handles credentials",
        "difftool, mergetool, gui, bisect run, submodule foreach, filter-branch, filter-repo, instaweb, daemon": _RUNS,
        "range-diff, verify-commit, verify-tag, rerere diff": _RUNS,
        "ls-remote, remote show": _ELSEWHERE,
        "grep, help, hash-object, mktree, fast-export, fast-import": "it reads or runs more than it says",
    },
    refused_options={
        "--config-env, --exec-path, --ext-diff, --textconv, --upload-pack, --receive-pack, --exec": _RUNS,
        "--open-files-in-pager, --extcmd, --no-index": _RUNS,
        "--output, --output-directory": "it writes a file",
        "--git-dir, --work-tree, --namespace, --super-prefix, --separate-git-dir": _ELSEWHERE,
    },
)

_GH_LIST = (
    "-L=lines --limit=lines -s=name --state=name -l=names --label=names -A=name --author=name -a=name "
    "--assignee=name "
    "-b=word --branch=word -B=word --base=word -H=word --head=word -S=text --search=text --json=names --draft"
)

GH = client(
    options="-R=word --repo=word -q=jqfilter --jq=jqfilter",
    reads=f"""
pr/issue list, pr/issue ls: {_GH_LIST} | # lists them
pr view: --comments -c --json=names | word? # shows a pull request
issue view: --comments -c --json=names | word # shows an issue
pr/issue status: --json=names | # lists those that concern you
pr checks: --required ~--watch ~-i=number ~--interval=number --fail-fast --json=names | word? # shows the checks
pr diff: --name-only --patch --color=name | word? # shows what differs
run list, run ls: {_GH_LIST} -w=word --workflow=word -e=name --event=name -u=name --user=name -c=name --commit=name
    --status=name
    | # lists runs
run watch: ~-i=number ~--interval=number --exit-status --compact | name? # shows a run
run view: -v --verbose --log-failed --log --exit-status -j=number --job=number -a=number --attempt=number
    --json=names | name? # shows a run
release list, release ls: -L=lines --limit=lines --exclude-drafts --exclude-pre-releases --json=names | # lists
    releases
release view: --json=names | word? # shows a release
workflow list, workflow ls: -aL=lines --all --limit=lines | # lists workflows
workflow view: | word # shows a workflow
repo view: --json=names | word? # shows a repository
repo list: -L=lines --limit=lines --json=names | name? # lists repositories
secret list, secret ls: -e=name --env=name -o=name --org=name | # lists names
cache list, label list, ruleset list, org list: -L=lines --limit=lines | # lists them
search issues, search prs, search commits: {_GH_LIST} --merged --owner=name --created=word --closed=word
    --updated=word --sort=name --order=name | text* # searches
auth status: -a --active | # says who is logged in
project list: --owner=name -L=lines --limit=lines --closed | # lists projects
--version, version, status: | # shows the version, or what concerns you
""",
    changes="""
pr create/new/merge/close/reopen/edit/comment/review/ready/checkout/lock/unlock/update-branch/revert
issue create/new/close/reopen/edit/comment/delete/transfer/lock/unlock/pin/unpin/develop
run cancel/rerun/delete/download, workflow run/enable/disable,
    release create/new/edit/delete/upload/download/delete-asset
repo create/clone/fork/delete/edit/archive/unarchive/rename/sync/deploy-key, secret set/delete/remove,
    variable set/delete
cache delete, label create/edit/delete/clone, gist create/edit/delete, project create/edit/delete/item-add
""",
    refused={
        "auth": "it shows or stores credentials",
        "alias, extension, ext, copilot, attestation": "it defines or runs other programs",
        "codespace, cs, ssh-key, gpg-key, config, browse, preview": "it is for a person at a terminal, or opens one",
        "secret get, variable get, variable list, variable ls": "it shows values that may be secret",
        "gist list, gist view, search code, search repos": "it shows content from anywhere",
    },
    refused_options={"--hostname": "it names another host", "--web": "it opens a browser"},
)
