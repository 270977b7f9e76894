"""The websites of the split `test`: ferries, a library, a hardware shop, a clinic, a tram company."""

from ..site import Site


def sites() -> tuple[Site, ...]:
    from .clinic_tasks import Clinic
    from .ferries_tasks import Ferries
    from .hardware_tasks import Hardware
    from .library_tasks import Library
    from .tram_tasks import Tram

    return Ferries(), Library(), Hardware(), Clinic(), Tram()
