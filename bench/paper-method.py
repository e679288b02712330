"""The 2022 project's way of matching two logs (paper, section 4.5), restated: both logs whole in memory, and for each sent
entry a search through what was received of its device, by position, forward only, within 1e-9 degrees."""

import json
import resource
import sys
import time


def read(path):
    devices = {}
    with open(path) as log:
        for line in log:
            entry = json.loads(line)
            devices.setdefault(entry["id"], []).append(entry)
    return devices


began = time.monotonic()
sent, received = read(sys.argv[1]), read(sys.argv[2])
differences = []
for device, entries in sent.items():
    shown = sorted(received.get(device, []), key=lambda entry: entry["seenAt"])
    begin = 0
    for entry in sorted(entries, key=lambda entry: entry["sentAt"]):
        x, y = entry["position"]
        for i in range(begin, len(shown)):
            a, b = shown[i]["position"]
            if abs(a - x) < 1e-9 and abs(b - y) < 1e-9:
                differences.append(shown[i]["seenAt"] - entry["sentAt"])
                begin = i + 1
                break
differences.sort()
used = resource.getrusage(resource.RUSAGE_SELF)
found = f"{len(differences)} matched, p99 {differences[int(len(differences) * 0.99)]:.0f} ms"
print(
    json.dumps(
        {"cpuSeconds": used.ru_utime + used.ru_stime, "seconds": time.monotonic() - began, "megabytes": used.ru_maxrss / 1024, "found": found}
    )
)
