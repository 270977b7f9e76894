"""Bundled changes, one function a kind: the files before and after are both drawn here, so that the
grader knows what must differ and that nothing else may; the expert's commands make the difference."""

from collections.abc import Callable
from dataclasses import replace

from .manifest import Entry, pack
from .samples import Demand
from .scene import Draft, Scene, account, file, folder, link, made, table


def write_line(s: Scene) -> Draft:
    where, (a, b) = s.one("folders"), s.draw("words", 2)
    name = f"{s.one('stems')}.{s.one('suffixes')}"
    before = [folder(where), file(f"{where}/{s.one('stems')}.{s.one('suffixes')}", "leave\n")]
    path = f"{s.root}/{where}/{name}"
    after = [*before, made(f"{where}/{name}", f"{a} {b}\n")]
    return Draft({"file": path, "line": f"{a} {b}"}, before, f"echo '{a} {b}' > {path}", after=after)


def nested_folders(s: Scene) -> Draft:
    a, b, c = s.draw("folders", 3)
    name = s.one("stems")
    before = [folder(a), file(f"{a}/{name}", "x\n")]
    new = [Entry(f"{a}/{b}", "dir"), Entry(f"{a}/{b}/{c}", "dir")]
    path = f"{s.root}/{a}/{b}/{c}"
    return Draft({"where": path}, before, f"mkdir -p {path}", after=before + new)


def delete_by_suffix(s: Scene) -> Draft:
    doomed, *others = s.draw("suffixes", 3)
    places = s.draw("folders", 3)
    names = s.names(12)
    suffixes = [doomed] * 4 + [s.random.choice(others) for _ in names[4:]]
    pairs = zip(names, suffixes, strict=True)
    files = [file(f"{s.random.choice(places)}/{n}.{x}", f"{n}\n") for n, x in pairs]
    # A trap: the suffix in the middle of a name is not at its end.
    files.append(file(f"{places[0]}/{s.one('words')}.{doomed}.{others[0]}", "stay\n"))
    before = [*map(folder, places), *files]
    after = [e for e in before if e.kind == "dir" or not e.path.endswith(f".{doomed}")]
    command = f"find {s.root} -type f -name '*.{doomed}' -delete"
    return Draft({"root": s.root, "suffix": f".{doomed}"}, before, command, after=after)


def rename_suffix(s: Scene) -> Draft:
    where, (old, new, other) = s.one("folders"), s.draw("suffixes", 3)
    names = s.names(s.number(5, 8))
    moved = [file(f"{where}/{n}.{old}", f"{n}\n") for n in names[:-2]]
    rest = [folder(where), *(file(f"{where}/{n}.{other}", f"{n}\n") for n in names[-2:])]
    after = rest + [replace(e, path=e.path.removesuffix(old) + new) for e in moved]
    path = f"{s.root}/{where}"
    command = f'for f in {path}/*.{old}; do mv "$f" "${{f%.{old}}}.{new}"; done'
    return Draft({"where": path, "old": f".{old}", "new": f".{new}"}, rest + moved, command, after=after)


def move_with_word(s: Scene) -> Draft:
    source, target = s.draw("folders", 2)
    word, suffix = s.one("words"), s.one("suffixes")
    names = s.names(s.number(6, 9), suffix)
    texts = [
        f"{s.prose(2, [word])}{word + chr(10) if i < 3 else ''}{s.prose(1, [word])}"
        for i in range(len(names))
    ]
    files = [file(f"{source}/{n}", t) for n, t in zip(names, texts, strict=True)]
    before = [folder(source), folder(target), *files]
    after = [replace(e, path=f"{target}/{e.path.split('/')[1]}") if e in files[:3] else e for e in before]
    facts = {"source": f"{s.root}/{source}", "target": f"{s.root}/{target}", "word": word}
    command = f"grep -lw {word} {s.root}/{source}/* | xargs -I{{}} mv {{}} {s.root}/{target}/"
    return Draft(facts, before, command, after=after)


def permissions_of_suffix(s: Scene) -> Draft:
    where, (suffix, other) = s.one("folders"), s.draw("suffixes", 2)
    mode = s.random.choice((0o600, 0o640, 0o750, 0o755, 0o444))
    names = s.names(s.number(6, 9))
    files = [file(f"{where}/{n}.{suffix if i < 4 else other}", "x\n", 0o664) for i, n in enumerate(names)]
    before = [folder(where), *files]
    after = [replace(e, mode=mode) if e in files[:4] else e for e in before]
    path = f"{s.root}/{where}"
    facts = {"where": path, "suffix": f".{suffix}", "mode": f"{mode:o}"}
    return Draft(facts, before, f"chmod {mode:o} {path}/*.{suffix}", after=after)


def owner_of_tree(s: Scene) -> Draft:
    where, inner = s.draw("folders", 2)
    who = s.one("people")
    files = [folder(where), folder(f"{where}/{inner}")]
    files += [file(f"{s.random.choice((where, f'{where}/{inner}'))}/{n}", "x\n") for n in s.names(5)]
    rest = [file(n, "x\n") for n in s.names(2, s.one("suffixes"))]
    after = [replace(e, uid=4300, gid=4300) for e in files] + rest
    path = f"{s.root}/{where}"
    command = f"chown -R {who}:{who} {path}"
    return Draft({"where": path, "who": who}, files + rest, command, after=after, init=account(who, 4300))


def replace_word(s: Scene) -> Draft:
    old, new, *others = s.draw("words", 6)
    name = f"{s.one('stems')}.{s.one('suffixes')}"
    lines = [" ".join(s.random.choices([old, *others], k=5)) for _ in range(s.number(6, 12))]
    text = f"{old} {others[0]} {old}\n" + "".join(f"{x}\n" for x in lines)
    keep = file(f"{s.one('stems')}.{s.one('suffixes')}", text)
    path = f"{s.root}/{name}"
    after = [keep, made(name, text.replace(old, new))]
    facts = {"file": path, "old": old, "new": new}
    return Draft(facts, [keep, file(name, text)], f"sed -i 's/{old}/{new}/g' {path}", after=after)


def sorted_copy(s: Scene) -> Draft:
    words = s.draw("words", 9)
    seen = words + s.random.choices(words, k=s.number(8, 14))
    s.random.shuffle(seen)
    (a, b), suffix = s.draw("stems", 2), s.one("suffixes")
    before = [file(f"{a}.{suffix}", "".join(f"{w}\n" for w in seen))]
    after = [*before, made(f"{b}.{suffix}", "".join(f"{w}\n" for w in sorted(set(seen))))]
    source, target = f"{s.root}/{a}.{suffix}", f"{s.root}/{b}.{suffix}"
    return Draft({"source": source, "target": target}, before, f"sort -u {source} > {target}", after=after)


def lines_of_person(s: Scene) -> Draft:
    people, events = s.draw("people", 4), s.draw("events", 4)
    rows = [
        (s.random.choice(people), s.random.choice(events), s.number(10, 99)) for _ in range(s.number(15, 30))
    ]
    rows.insert(3, (people[0], events[0], 50))
    (a, b), suffix = s.draw("stems", 2), s.one("suffixes")
    before = [file(f"{a}.{suffix}", table(rows, " "))]
    after = [*before, made(f"{b}.{suffix}", table([r for r in rows if r[0] == people[0]], " "))]
    source, target = f"{s.root}/{a}.{suffix}", f"{s.root}/{b}.{suffix}"
    facts = {"source": source, "target": target, "who": people[0]}
    return Draft(facts, before, f"grep '^{people[0]} ' {source} > {target}", after=after)


def unpack_archive(s: Scene) -> Draft:
    where = s.one("folders")
    members = {f"{n}": s.prose(2) for n in s.names(s.number(3, 6), s.one("suffixes"))}
    name = f"{s.one('stems')}.tar.gz"
    packed = Entry(name, "file", pack({n: t.encode() for n, t in members.items()}))
    after = [packed, Entry(where, "dir"), *(made(f"{where}/{n}", t) for n, t in members.items())]
    archive, path = f"{s.root}/{name}", f"{s.root}/{where}"
    command = f"mkdir {path} && tar -xzf {archive} -C {path}"
    return Draft({"archive": archive, "where": path}, [packed], command, after=after)


def make_archive(s: Scene) -> Draft:
    where, (suffix, other) = s.one("folders"), s.draw("suffixes", 2)
    names = s.names(s.number(6, 9))
    files = [file(f"{where}/{n}.{suffix if i < 4 else other}", s.prose(1)) for i, n in enumerate(names)]
    name = f"{s.one('words')}.tar.gz"
    members = tuple(sorted((e.path.split("/")[1], e.content or b"") for e in files[:4]))
    before = [folder(where), *files]
    archive, path = f"{s.root}/{name}", f"{s.root}/{where}"
    facts = {"archive": archive, "where": path, "suffix": f".{suffix}"}
    command = f"cd {path} && tar -czf {archive} *.{suffix}"
    return Draft(facts, before, command, after=[*before, Entry(name, "archive", members=members)])


def new_account(s: Scene) -> Draft:
    who, other = s.draw("people", 2)
    uid, shell = s.number(2100, 2900), s.random.choice(("/bin/sh", "/bin/bash"))
    home = f"/var/lib/{who}"  # outside of the folder: whether it is made is left open
    before = [file(f"{s.one('stems')}.{s.one('suffixes')}", "x\n")]
    wanted = [(f"{who}:*:{uid}:*:*:{home}:{shell}", "etc/passwd")]
    kept = [(f"{other}:x:4400:4400::/nonexistent:/bin/sh", "etc/passwd")]
    facts = {"who": who, "uid": uid, "home": home, "shell": shell}
    command = f"useradd -M -u {uid} -d {home} -s {shell} {who}"
    return Draft(facts, before, command, after=before, accounts=wanted, kept=kept, init=account(other, 4400))


def totals_by_word(s: Scene) -> Draft:
    words = s.draw("words", s.number(4, 6))
    rows = [(w, s.number(2, 60)) for w in words + s.random.choices(words, k=s.number(10, 20))]
    s.random.shuffle(rows)
    (a, b), suffix = s.draw("stems", 2), s.one("suffixes")
    totals = [(w, sum(n for v, n in rows if v == w)) for w in sorted(words)]
    before = [file(f"{a}.{suffix}", table(rows))]
    after = [*before, made(f"{b}.{suffix}", table(totals))]
    source, target = f"{s.root}/{a}.{suffix}", f"{s.root}/{b}.{suffix}"
    command = f"awk -F, '{{t[$1] += $2}} END {{for (w in t) print w \",\" t[w]}}' {source} | sort > {target}"
    return Draft({"source": source, "target": target}, before, command, after=after)


def script_that_adds(s: Scene) -> Draft:
    numbers = [s.number(3, 70) for _ in range(3)]
    name = f"{s.one('stems')}.sh"
    before = [file(f"{s.one('words')}.{s.one('suffixes')}", "x\n")]
    path = f"{s.root}/{name}"
    demands = [
        Demand((path, *map(str, numbers)), f"{sum(numbers)}\n"),
        Demand((path, str(numbers[0])), f"{numbers[0]}\n"),
    ]
    lines = ["#!/bin/bash", "t=0", 'for n in "$@"; do t=$((t + n)); done', "echo $t"]
    quoted = " ".join(f"'{x}'" for x in lines)
    command = f"printf '%s\\n' {quoted} > {path}\nchmod +x {path}"
    return Draft({"file": path}, before, command, after=[*before, made(name)], demands=demands)


def script_that_counts(s: Scene) -> Draft:
    word = s.one("words")
    files = [
        file(f"{n}", s.prose(5, [word]) + f"{word}\n" * s.number(3, 8)) for n in s.names(3, s.one("suffixes"))
    ]
    name = f"{s.one('stems')}-{s.number(2, 9)}.sh"
    path = f"{s.root}/{name}"
    counts = [(e.path, (e.content or b"").decode().split().count(word)) for e in files[:2]]
    demands = [Demand((path, f"{s.root}/{p}"), f"{n}\n") for p, n in counts]
    command = f"printf '%s\\n' '#!/bin/bash' 'grep -cw {word} \"$1\"' > {path}\nchmod +x {path}"
    facts = {"file": path, "word": word}
    return Draft(facts, list(files), command, after=[*files, made(name)], demands=demands)


def symbolic_link(s: Scene) -> Draft:
    where = s.one("folders")
    target = f"{s.root}/{where}/{s.one('stems')}.{s.one('suffixes')}"
    name = f"{s.root}/{s.one('words')}"
    before = [folder(where), file(target.removeprefix(f"{s.root}/"), s.prose(1))]
    after = [*before, Entry(name.removeprefix(f"{s.root}/"), "link", target.encode())]
    return Draft({"target": target, "link": name}, before, f"ln -s {target} {name}", after=after)


def change_setting(s: Scene) -> Draft:
    keys = s.draw("keys", 5)
    values = [s.number(10, 99) for _ in keys]
    new = s.number(100, 999)
    name = f"{s.one('stems')}.{s.one('suffixes')}"
    text = "# settings\n" + "".join(f"{k}={v}\n" for k, v in zip(keys, values, strict=True))
    path = f"{s.root}/{name}"
    after = [made(name, text.replace(f"{keys[2]}={values[2]}", f"{keys[2]}={new}"))]
    facts = {"file": path, "key": keys[2], "value": new}
    return Draft(facts, [file(name, text)], f"sed -i 's/^{keys[2]}=.*/{keys[2]}={new}/' {path}", after=after)


def remove_empty(s: Scene) -> Draft:
    places = s.draw("folders", 3)
    names = s.names(9, s.one("suffixes"))
    files = [file(f"{s.random.choice(places)}/{n}", "" if i < 4 else f"{n}\n") for i, n in enumerate(names)]
    before = [*map(folder, places), *files]
    after = [e for e in before if e not in files[:4]]
    return Draft({"root": s.root}, before, f"find {s.root} -type f -empty -delete", after=after)


def join_files(s: Scene) -> Draft:
    where, suffix = s.one("folders"), s.one("suffixes")
    parts = [file(f"{where}/part-{i}.{suffix}", s.prose(2)) for i in range(1, s.number(3, 5) + 1)]
    name = f"{s.one('stems')}.{suffix}"
    whole = "".join((e.content or b"").decode() for e in parts)
    before = [folder(where), *parts]
    path, target = f"{s.root}/{where}", f"{s.root}/{name}"
    facts = {"where": path, "target": target, "n": len(parts), "suffix": f".{suffix}"}
    command = f"cat {path}/part-*.{suffix} > {target}"
    return Draft(facts, before, command, after=[*before, made(name, whole)])


def tidy_away(s: Scene) -> Draft:
    """Several goals: a new folder, files moved into it, and their permissions."""
    source, target = s.draw("folders", 2)
    suffix, other = s.draw("suffixes", 2)
    mode = s.random.choice((0o400, 0o440, 0o600))
    names = s.names(s.number(6, 8))
    files = [file(f"{source}/{n}.{suffix if i < 3 else other}", f"{n}\n") for i, n in enumerate(names)]
    before = [folder(source), *files]
    moved = [replace(e, path=f"{target}/{e.path.split('/')[1]}", mode=mode) for e in files[:3]]
    after = [folder(source), *files[3:], Entry(target, "dir"), *moved]
    a, b = f"{s.root}/{source}", f"{s.root}/{target}"
    facts = {"source": a, "target": b, "suffix": f".{suffix}", "mode": f"{mode:o}"}
    return Draft(facts, before, f"mkdir {b}\nmv {a}/*.{suffix} {b}/\nchmod {mode:o} {b}/*", after=after)


def retarget_link(s: Scene) -> Draft:
    (old, new), name = s.draw("folders", 2), s.one("words")
    rest = [folder(old), folder(new), file(f"{old}/{s.one('stems')}", "x\n")]
    a, b, path = f"{s.root}/{old}", f"{s.root}/{new}", f"{s.root}/{name}"
    facts = {"link": path, "old": a, "new": b}
    return Draft(facts, [*rest, link(name, a)], f"ln -sfn {b} {path}", after=[*rest, link(name, b)])


KINDS: tuple[Callable[[Scene], Draft | None], ...] = (
    write_line,
    delete_by_suffix,
    permissions_of_suffix,
    replace_word,
    nested_folders,
    make_archive,
    new_account,
    lines_of_person,
    tidy_away,
    symbolic_link,
    unpack_archive,
    change_setting,
    owner_of_tree,
    script_that_adds,
    sorted_copy,
    rename_suffix,
    totals_by_word,
    remove_empty,
    move_with_word,
    join_files,
    script_that_counts,
    retarget_link,
)
