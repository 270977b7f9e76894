"""Bundled questions, one function a kind: the files are drawn, the answer is computed from the drawing,
and a reference command finds the same answer in the shell (the audit compares the two)."""

from collections.abc import Callable

from .manifest import Entry, pack
from .scene import Draft, Scene, account, file, folder, link, most, table


def files_by_suffix(s: Scene) -> Draft:
    wanted, *others = s.draw("suffixes", 4)
    places = ["", *(f"{f}/" for f in s.draw("folders", 3))]
    gold = s.number(3, 16)
    kinds = [wanted] * gold + [s.random.choice(others) for _ in range(s.number(4, 8))]
    names = s.names(len(kinds))
    files = [file(f"{s.random.choice(places)}{n}.{k}", "x\n") for n, k in zip(names, kinds, strict=True)]
    folders = [folder(p.rstrip("/")) for p in places[1:]]
    return Draft(
        {"suffix": f".{wanted}"},
        [*folders, *files],
        f"find {s.root} -type f -name '*.{wanted}' | wc -l",
        str(gold),
    )


def hidden_files(s: Scene) -> Draft:
    where, inner = s.draw("folders", 2)
    gold = s.number(3, 14)
    names = s.names(gold + 5)
    files = [file(f"{where}/.{n}") for n in names[:gold]] + [file(f"{where}/{n}") for n in names[gold:-2]]
    files += [file(f"{where}/{inner}/.{n}") for n in names[-2:]]
    folders = [folder(where), folder(f"{where}/{inner}"), folder(f"{where}/.{inner}")]
    command = f"find {s.root}/{where} -maxdepth 1 -type f -name '.*' | wc -l"
    return Draft({"where": f"{s.root}/{where}"}, [*folders, *files], command, str(gold))


def lines_with_word(s: Scene) -> Draft:
    word, *others = s.draw("words", 6)
    name = f"{s.one('stems')}.{s.one('suffixes')}"
    gold = s.number(4, 17)
    rest = [" ".join(s.random.choices(others, k=4)) for _ in range(s.number(10, 30))]
    lines = [f"{s.random.choice(others)} {word} {s.random.choice(others)} {word}" for _ in range(gold)] + rest
    s.random.shuffle(lines)
    text = "\n".join(lines) + "\n"
    path = f"{s.root}/{name}"
    return Draft({"file": path, "word": word}, [file(name, text)], f"grep -c {word} {path}", str(gold))


def events_of_person(s: Scene) -> Draft:
    people, events = s.draw("people", 4), s.draw("events", 3)
    rows = [
        (s.random.choice(people), s.random.choice(events), s.number(10, 99)) for _ in range(s.number(30, 60))
    ]
    who, what = people[0], events[0]
    gold = sum(r[0] == who and r[1] == what for r in rows)
    name = f"{s.one('stems')}.{s.one('suffixes')}"
    path = f"{s.root}/{name}"
    text = table(rows, " | ")
    return Draft(
        {"file": path, "who": who, "what": what},
        [file(name, text)],
        f"grep -c '^{who} | {what} ' {path}",
        str(gold),
    )


def sum_of_column(s: Scene) -> Draft:
    words = s.draw("words", 4)
    rows = [(s.random.choice(words), s.number(2, 90)) for _ in range(s.number(15, 40))]
    name = f"{s.one('stems')}.{s.one('suffixes')}"
    path = f"{s.root}/{name}"
    gold = sum(r[1] for r in rows if r[0] == words[0])
    command = f"awk -F, '$1 == \"{words[0]}\" {{n += $2}} END {{print n}}' {path}"
    return Draft({"file": path, "word": words[0]}, [file(name, table(rows))], command, str(gold))


def distinct_people(s: Scene) -> Draft:
    people = s.draw("people", s.number(4, 8))
    rows = [(p, s.number(100, 999)) for p in people + s.random.choices(people, k=25)]
    s.random.shuffle(rows)
    name = f"{s.one('stems')}.{s.one('suffixes')}"
    path = f"{s.root}/{name}"
    return Draft(
        {"file": path},
        [file(name, table(rows, ";"))],
        f"cut -d ';' -f 1 {path} | sort -u | wc -l",
        str(len(people)),
    )


def most_frequent(s: Scene) -> Draft | None:
    people = s.draw("people", 5)
    seen = s.random.choices(people, k=s.number(25, 45))
    name = f"{s.one('stems')}.{s.one('suffixes')}"
    path = f"{s.root}/{name}"
    gold = most({p: seen.count(p) for p in people})
    command = f"sort {path} | uniq -c | sort -nr | awk 'NR == 1 {{print $2}}'"
    text = "".join(f"{p}\n" for p in seen)
    return Draft({"file": path}, [file(name, text)], command, gold, "text") if gold else None


def bigger_than(s: Scene) -> Draft:
    where = s.one("folders")
    limit = s.number(3, 9) * 100
    sizes = [s.number(1, 1500) for _ in range(s.number(9, 26))]
    names = s.names(len(sizes), s.one("suffixes"))
    files = [file(f"{where}/{n}", "z" * z) for n, z in zip(names, sizes, strict=True)]
    return Draft(
        {"where": f"{s.root}/{where}", "limit": limit},
        [folder(where), *files],
        f"find {s.root}/{where} -type f -size +{limit}c | wc -l",
        str(sum(z > limit for z in sizes)),
    )


def executable_files(s: Scene) -> Draft:
    where, inner = s.draw("folders", 2)
    modes = [s.random.choice((0o644, 0o755, 0o700, 0o600, 0o744)) for _ in range(s.number(9, 26))]
    names = s.names(len(modes))
    places = [s.random.choice((where, f"{where}/{inner}")) for _ in modes]
    files = [file(f"{p}/{n}", "#\n", m) for p, n, m in zip(places, names, modes, strict=True)]
    return Draft(
        {"where": f"{s.root}/{where}"},
        [folder(where), folder(f"{where}/{inner}"), *files],
        f"find {s.root}/{where} -type f -perm -u+x | wc -l",
        str(sum(bool(m & 0o100) for m in modes)),
    )


def files_of_owner(s: Scene) -> Draft:
    people = s.draw("people", 3)
    ids = {p: 4100 + 11 * i for i, p in enumerate(people)}
    owners = [s.random.choice(people) for _ in range(s.number(9, 33))]
    names = s.names(len(owners), s.one("suffixes"))
    files = [file(n, "mine\n", uid=ids[o]) for n, o in zip(names, owners, strict=True)]
    init = "".join(account(p, i) for p, i in ids.items())
    command = f"find {s.root} -type f -user {people[0]} | wc -l"
    gold = str(owners.count(people[0]))
    return Draft({"who": people[0], "root": s.root}, files, command, gold, init=init)


def accounts_with_shell(s: Scene) -> Draft:
    people = s.draw("people", s.number(5, 8))
    shell = f"{s.root}/{s.one('stems')}-shell"
    using = people[: s.number(3, len(people) - 1)]
    accounts = [account(p, 5200 + i, shell if p in using else "/bin/sh") for i, p in enumerate(people)]
    command = f"grep -c ':{shell}$' /etc/passwd"
    before = [file(shell.rsplit("/", 1)[-1], "#!/bin/sh\n", 0o755)]
    return Draft({"shell": shell}, before, command, str(len(using)), init="".join(accounts))


def members_of_group(s: Scene) -> Draft:
    group = f"{s.one('stems')}-crew".replace("_", "-")
    people = s.draw("people", s.number(4, 8))
    members = people[: s.number(3, len(people))]
    s.random.shuffle(members)
    init = "".join(account(p, 5300 + i) for i, p in enumerate(people))
    init += f"printf '%s\\n' '{group}:x:6100:{','.join(members)}' >> /etc/group\n"
    command = f"grep '^{group}:' /etc/group | cut -d: -f4 | tr ',' '\\n' | wc -l"
    return Draft({"group": group}, [], command, str(len(members)), init=init)


def archive_members(s: Scene) -> Draft:
    wanted, other = s.draw("suffixes", 2)
    gold = s.number(3, 18)
    names = s.names(gold + s.number(3, 6))
    members = {f"{n}.{wanted if i < gold else other}": f"{n}\n".encode() for i, n in enumerate(names)}
    name = f"{s.one('stems')}.tar.gz"
    packed = Entry(name, "file", pack(dict(sorted(members.items()))))
    command = f"tar -tzf {s.root}/{name} | grep -c '\\.{wanted}$'"
    return Draft({"archive": f"{s.root}/{name}", "suffix": f".{wanted}"}, [packed], command, str(gold))


def line_in_archive(s: Scene) -> Draft:
    words = s.draw("words", 9)
    inner = f"{s.one('stems')}.{s.one('suffixes')}"
    line = s.number(3, 8)
    name = f"{s.one('stems')}.tar.gz"
    packed = Entry(name, "file", pack({inner: "".join(f"{w}\n" for w in words).encode()}))
    command = f"tar -xOzf {s.root}/{name} {inner} | sed -n {line}p"
    facts = {"archive": f"{s.root}/{name}", "inner": inner, "line": line}
    return Draft(facts, [packed], command, words[line - 1], "text")


def running_processes(s: Scene) -> Draft:
    gold, seconds = s.number(3, 11), 70000 + s.number(100, 9000)
    start = (
        f"for i in $(seq {gold}); do sleep {seconds} </dev/null >/dev/null 2>&1 & done; sleep {seconds + 1} &"
    )
    command = (
        "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done 2>/dev/null "
        f"| grep -c '^sleep {seconds} $'"
    )
    start = start.replace(f"sleep {seconds + 1} &", f"sleep {seconds + 1} </dev/null >/dev/null 2>&1 &")
    return Draft({"seconds": seconds}, [], command, str(gold), start=start)


def folder_of_process(s: Scene) -> Draft:
    places = s.draw("folders", 5)
    seconds = 60000 + s.number(100, 9000)
    start = f"(cd {s.root}/{places[0]} && exec sleep {seconds} </dev/null >/dev/null 2>&1) &"
    command = (
        f"for p in /proc/[0-9]*; do [ \"$(tr '\\0' ' ' < $p/cmdline)\" = 'sleep {seconds} ' ] "
        "&& basename $(readlink $p/cwd); done 2>/dev/null | sort -u"
    )
    folders = [folder(p) for p in sorted(places)]
    return Draft({"seconds": seconds, "root": s.root}, folders, command, places[0], "text", start=start)


def value_after_sourcing(s: Scene) -> Draft:
    first, second, third = (k.upper() for k in s.draw("keys", 3))
    a, b = s.draw("words", 2)
    number = s.number(100, 999)
    name = f"{s.one('stems')}.sh"
    text = f'{first}={a}\n{second}="${{{first}}}-{number}"\nexport {third}="{b}/${{{second}}}"\n'
    path = f"{s.root}/{name}"
    command = f'. {path}; echo "${third}"'
    return Draft({"file": path, "name": third}, [file(name, text)], command, f"{b}/{a}-{number}", "text")


def output_of_script(s: Scene) -> Draft:
    step, start, argument = s.number(2, 9), s.number(11, 60), s.number(4, 12)
    gold = start
    for i in range(1, argument + 1):
        gold += i * step if i % 2 else -i
    text = (
        f"#!/bin/bash\nt={start}\nfor ((i = 1; i <= $1; i++)); do\n"
        f"  if ((i % 2)); then t=$((t + i * {step})); else t=$((t - i)); fi\ndone\necho $t\n"
    )
    name = f"{s.one('stems')}.sh"
    path = f"{s.root}/{name}"
    return Draft(
        {"file": path, "argument": argument}, [file(name, text)], f"bash {path} {argument}", str(gold)
    )


def newest_file(s: Scene) -> Draft:
    where = s.one("folders")
    ages = s.random.sample(range(2, 60), s.number(6, 10))
    names = s.names(len(ages), s.one("suffixes"))
    files = [file(f"{where}/{n}", f"{n}\n", age=a) for n, a in zip(names, ages, strict=True)]
    gold = names[ages.index(min(ages))]
    path = f"{s.root}/{where}"
    return Draft({"where": path}, [folder(where), *files], f"ls -t {path} | head -n 1", gold, "text")


def broken_links(s: Scene) -> Draft:
    where = s.one("folders")
    gold = s.number(3, 13)
    names = s.names(gold + s.number(3, 6))
    target = s.one("suffixes")
    links = [link(f"{where}/{n}", f"{n}.gone" if i < gold else f"here.{target}") for i, n in enumerate(names)]
    before = [folder(where), file(f"{where}/here.{target}", "here\n"), *links]
    path = f"{s.root}/{where}"
    return Draft({"where": path}, before, f"find {path} -xtype l | wc -l", str(gold))


def lines_of_longest(s: Scene) -> Draft | None:
    where = s.one("folders")
    counts = [s.number(3, 40) for _ in range(s.number(5, 8))]
    names = s.names(len(counts), s.one("suffixes"))
    gold = most(dict(zip(names, counts, strict=True)))
    if gold is None:
        return None
    files = [file(f"{where}/{n}", s.prose(c)) for n, c in zip(names, counts, strict=True)]
    path = f"{s.root}/{where}"
    command = (
        f"for f in {path}/*; do echo $(wc -l < $f) ${{f##*/}}; done | sort -nr | awk 'NR == 1 {{print $2}}'"
    )
    return Draft({"where": path}, [folder(where), *files], command, gold, "text")


KINDS: tuple[Callable[[Scene], Draft | None], ...] = (
    lines_with_word,
    files_by_suffix,
    value_after_sourcing,
    hidden_files,
    running_processes,
    events_of_person,
    files_of_owner,
    archive_members,
    output_of_script,
    sum_of_column,
    executable_files,
    newest_file,
    distinct_people,
    bigger_than,
    accounts_with_shell,
    most_frequent,
    broken_links,
    folder_of_process,
    line_in_archive,
    members_of_group,
    lines_of_longest,
)
