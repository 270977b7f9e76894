"""The layer between the machine's own root and a sandbox: what of the host must not be seen.

A layer of whiteouts, opaque folders and harmless replacements, not a set of mounts: only so do the
agent's own writes to /root, /home and /tmp lie in the copyable layer above it.
"""

# No pathlib: it would make the zygote larger, which is copied for every sandbox.
# ruff: noqa: PTH101, PTH102, PTH108, PTH112, PTH114, PTH116, PTH123, PTH208

import os
import re
import stat
from collections.abc import Iterable

_KEPT = {"usr", "etc", "var", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "proc", "dev"}
_EMPTIED = {"root", "home", "tmp", "opt", "mnt", "run", "srv", "boot", "media", "sys"}
_KEPT_USR = {
    *("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "share", "include", "local", "games"),
    *("etc", "x86_64-linux-gnu", "aarch64-linux-gnu"),
}
_KEPT_STATE = {  # of /var/lib: what package and user tools need; services keep their data there
    *("apt", "dpkg", "pam", "misc", "python", "ucf", "vim", "sgml-base", "xml-core", "man-db", "systemd"),
    *("alternatives", "rpm", "pacman", "shells.state", "logrotate", "emacsen-common", "dbus"),
}
_SECRET_ETC = (  # beside everything there that is not world-readable
    *("ssh", "docker", "ssl/private", "apt/auth.conf", "apt/auth.conf.d", "apt/apt.conf", "apt/sources.list"),
    *("apt/sources.list.d", "pip.conf", "xdg/pip", "npmrc", "gitconfig", "netrc", "environment.d", "fstab"),
    *("wireguard", "NetworkManager", "kubernetes", "rancher", "passwd-", "group-", "shadow-", "gshadow-"),
    *("krb5.keytab", "crypttab", "machine-id", "resolv.conf", "environment", "hostname", "hosts"),
    *("mtab", "yum.repos.d", "subuid-", "subgid-", "container_info.json"),
)
_NEEDED_ETC = {"shadow", "gshadow", "sudoers", "sudoers.d", "security/opasswd", ".pwd.lock"}
_REPLACED = {
    "etc/hosts": "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\tsandbox\n",
    "etc/hostname": "sandbox\n",
    "etc/resolv.conf": "",
    "etc/fstab": "",
    "etc/environment": "",
    "etc/machine-id": "0" * 31 + "1\n",
}
_UNHIDEABLE = {
    *("/", "/usr", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/usr/share", "/usr/local", "/etc"),
    *(
        "/usr/local/bin",
        "/usr/local/lib",
        "/bin",
        "/sbin",
        "/lib",
        "/lib64",
        "/var",
        "/var/lib",
        "/proc",
        "/dev",
    ),
}


class Mask:
    """Writes the layer into the folder `at`."""

    def __init__(self, at: str, owner: int, opaque: str, ids: int, root: str = "/") -> None:
        self.at, self.owner, self.opaque, self.ids, self.root = at, owner, opaque, ids, root

    def build(self, hidden: Iterable[str]) -> None:
        self._top()
        for name in self._names("var"):
            if name != "lib":
                self.empty(f"var/{name}")
        for name in self._names("usr"):
            if name not in _KEPT_USR:
                self.empty(f"usr/{name}")
        self.empty("usr/local/src")
        for name in self._names("var/lib"):
            if name not in _KEPT_STATE or not self._public(f"var/lib/{name}"):
                self.empty(f"var/lib/{name}")
        self.empty("var/lib/apt/lists")
        for name in _SECRET_ETC:
            self.empty(f"etc/{name}")
        self._private_etc("etc")
        self._apt_settings()
        self._accounts()
        for path, text in _REPLACED.items():
            self.replace(path, text)
        for path in hidden:
            if path not in _UNHIDEABLE and path.split("/")[1] in _KEPT:
                self.empty(path[1:])

    def empty(self, path: str) -> None:
        """Hide what is at `path`: a folder becomes empty, anything else is gone."""
        try:
            about = os.lstat(self._real(path))
        except OSError:
            return
        if not self._parents(path):
            return
        target = f"{self.at}/{path}"
        if os.path.lexists(target):
            if stat.S_ISDIR(about.st_mode):
                os.setxattr(target, self.opaque, b"y")
        elif stat.S_ISDIR(about.st_mode):
            self._folder(path, about)
            os.setxattr(target, self.opaque, b"y")
        elif not (stat.S_ISLNK(about.st_mode) and path.startswith("var/")):  # /var/run -> /run may stay
            os.mknod(target, stat.S_IFCHR | 0o600, 0)

    def replace(self, path: str, text: str, mode: int = 0o644, group: int = 0) -> None:
        target = f"{self.at}/{path}"
        if not self._parents(path):
            return
        if os.path.lexists(target):
            os.unlink(target)
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(file, text.encode())
        os.fchown(file, self.owner, self.owner + (group if group < self.ids else 0))
        os.fchmod(file, mode)
        os.close(file)

    def _top(self) -> None:
        for name in self._names(""):
            link = os.path.islink(self._real(name))
            if name in _EMPTIED and not link:
                self.empty(name)
            elif name not in _KEPT:
                os.mknod(f"{self.at}/{name}", stat.S_IFCHR | 0o600, 0)
        for name in sorted(_EMPTIED - set(self._names(""))):
            if name in ("root", "home", "tmp", "run", "opt", "mnt", "srv", "sys"):
                self._make(name)
        os.chmod(f"{self.at}/tmp", 0o1777)
        os.chmod(f"{self.at}/root", 0o700)

    def _make(self, name: str) -> None:
        os.mkdir(f"{self.at}/{name}", 0o755)
        os.chown(f"{self.at}/{name}", self.owner, self.owner)

    def _private_etc(self, folder: str) -> None:
        for name in self._names(folder):
            path = f"{folder}/{name}"
            if path.removeprefix("etc/") in _NEEDED_ETC:
                continue
            if not self._public(path):
                self.empty(path)
            elif os.path.isdir(self._real(path)) and not os.path.islink(self._real(path)):
                self._private_etc(path)

    def _public(self, path: str) -> bool:
        try:
            about = os.lstat(self._real(path))
        except OSError:
            return True
        return stat.S_ISLNK(about.st_mode) or bool(about.st_mode & stat.S_IROTH)

    def _apt_settings(self) -> None:
        """A proxy or a private mirror may carry a password."""
        for name in self._names("etc/apt/apt.conf.d"):
            path = f"etc/apt/apt.conf.d/{name}"
            try:
                with open(self._real(path), errors="replace") as file:
                    if re.search(r"proxy|://", file.read(), re.IGNORECASE):
                        self.empty(path)
            except OSError:
                continue

    def _accounts(self) -> None:
        """The host's users without their password hashes."""
        shadow = self._shadow_group()
        for source, target, rest in (
            ("passwd", "shadow", ":*:20000:0:99999:7:::"),
            ("group", "gshadow", ":*::"),
        ):
            try:
                with open(self._real(f"etc/{source}")) as file:
                    names = [line.split(":")[0] for line in file if line.strip()]
            except OSError:
                continue
            lines = "".join(f"{name}{rest}\n" for name in names)
            self.replace(f"etc/{target}", lines, 0o640, shadow)

    def _shadow_group(self) -> int:
        try:
            return os.stat(self._real("etc/shadow")).st_gid
        except OSError:
            return 0

    def _parents(self, path: str) -> bool:
        """Make the folders above `path` in the layer; False where a link or a hidden folder is in the way."""
        above = ""
        for part in path.split("/")[:-1]:
            above = f"{above}/{part}".lstrip("/")
            try:
                about = os.lstat(self._real(above))
            except OSError:
                return False
            if not stat.S_ISDIR(about.st_mode):
                return False
            if not os.path.lexists(f"{self.at}/{above}"):
                self._folder(above, about)
            elif self._is_opaque(f"{self.at}/{above}"):
                return False
        return True

    def _is_opaque(self, folder: str) -> bool:
        try:
            return os.getxattr(folder, self.opaque) == b"y"
        except OSError:
            return False

    def _folder(self, path: str, about: os.stat_result) -> None:
        """A folder in the layer covers the host's own: it must look the same."""
        target = f"{self.at}/{path}"
        os.mkdir(target)
        owner, group = (i if i < self.ids else 0 for i in (about.st_uid, about.st_gid))
        os.chown(target, self.owner + owner, self.owner + group)
        os.chmod(target, stat.S_IMODE(about.st_mode))

    def _names(self, folder: str) -> list[str]:
        try:
            return sorted(os.listdir(self._real(folder)))
        except OSError:
            return []

    def _real(self, path: str) -> str:
        return f"{self.root}{path}"
