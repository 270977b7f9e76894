"""A seccomp filter: closes what namespaces leave open, above all sockets that ignore the network namespace.

A virtual machine's AF_VSOCK reaches the hypervisor from any network namespace; kernel key rings, bpf,
perf, userfaultfd and io_uring are attack surface that no task needs; syslog shows the host's log.
Everything else stays allowed. On machines other than x86-64 and arm64 no filter is installed.
"""

import ctypes
import errno
import platform
import struct

from . import _kernel

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SOCKET = {"x86_64": 41, "aarch64": 198}
_FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink
_DENIED = {
    "x86_64": (
        *(
            103,
            246,
            248,
            249,
            250,
            298,
            304,
            313,
            320,
            321,
            323,
        ),  # syslog kexec keys perf handle module bpf uffd
        *(425, 426, 427),  # io_uring
    ),
    "aarch64": (*(116, 104, 217, 218, 219, 241, 265, 273, 294, 280, 282), *(425, 426, 427)),
}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000


def install() -> None:
    """For this process and all it starts. Needs CAP_SYS_ADMIN in its user namespace."""
    machine = platform.machine()
    if machine not in _AUDIT:
        return
    program = _program(machine)
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code)
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    _kernel.set_filter(header)


def _program(machine: str) -> list[tuple[int, int, int, int]]:
    refuse = _ERROR | errno.EPERM
    lines = [
        (_LOAD, 0, 0, 4),  # architecture: the numbers below are of this one
        (_EQUAL, 1, 0, _AUDIT[machine]),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
        (_LOAD, 0, 0, 0),  # number of the call
        (_AT_LEAST, 0, 1, 0x40000000),  # the x32 numbering would slip past the list
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
    ]
    for number in _DENIED[machine]:
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, refuse)]
    lines += [(_EQUAL, 0, len(_FAMILIES) + 2, _SOCKET[machine]), (_LOAD, 0, 0, 16)]
    for left, family in zip(range(len(_FAMILIES), 0, -1), _FAMILIES, strict=True):
        lines.append((_EQUAL, left, 0, family))
    lines.append((_RETURN, 0, 0, _ERROR | errno.EAFNOSUPPORT))
    lines.append((_RETURN, 0, 0, _ALLOW))
    return lines
