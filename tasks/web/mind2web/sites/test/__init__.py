"""The websites of the split `test`: ferries, a library, a hardware shop, a clinic, a tram company."""

from ..site import Site


def sites() -> tuple[Site, ...]:
    from .clinic import Clinic
    from .ferries import Ferries
    from .hardware import Hardware
    from .library import Library
    from .tram import Tram

    return Ferries(), Library(), Hardware(), Clinic(), Tram()
