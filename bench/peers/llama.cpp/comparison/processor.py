"""What the processor is: Linux names it in /proc/cpuinfo; marketing names say little on virtual machines."""
import os
import re
from dataclasses import dataclass

VENDORS = {"AuthenticAMD": "amd", "GenuineIntel": "intel", "HygonGenuine": "hygon"}
FLAGS = ("avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512_vnni", "avx512vbmi", "avx512_bf16", "amx_int8", "amx_bf16")


@dataclass(frozen=True)
class Processor:
    vendor: str
    family: str
    model: str
    name: str
    flags: tuple
    count: int

    @property
    def slug(self):
        """Folder of its results: amd-25-1-2vcpu."""
        return f"{self.vendor}-{self.family}-{self.model}-{self.count}vcpu"

    def __str__(self):
        return f"{self.name} ({self.vendor} family {self.family} model {self.model}; {', '.join(self.flags)}), {self.count} processors"


def parse(cpuinfo, count):
    """The first processor of the text of /proc/cpuinfo."""
    fields = dict(re.findall(r"^([^\t:\n]+?)\s*:[ \t]*(.*)$", cpuinfo.split("\n\n")[0], re.MULTILINE))
    vendor = fields.get("vendor_id", "unknown")
    flags = fields.get("flags", "").split()
    return Processor(VENDORS.get(vendor, vendor.lower()), fields.get("cpu family", "0"), fields.get("model", "0"), fields.get("model name", "unknown"),
                     tuple(flag for flag in FLAGS if flag in flags), count)


def this():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return parse(file.read(), len(os.sched_getaffinity(0)))
