#!/usr/bin/env python3
"""What each call of NVML costs: CPU and wall time of the first one and of later ones, and the memory that opening takes.

usage: nvml_calls.py [GPU=0]                    each call
       nvml_calls.py least [SECONDS=30] [GPU=0]  what a run of so long takes of NVML at the least: opening, the energy counter twice at each end, the
                                                 power ring every 0.85 s, closing; and nothing of what describes the GPU or finds faults
No setting of the GPU is changed.
"""
import ctypes
import os
import re
import statistics
import sys
import time

LIBRARY = "libnvidia-ml.so.1"


class FieldValue(ctypes.Structure):
    _fields_ = [("field", ctypes.c_uint), ("scope", ctypes.c_uint), ("timestamp", ctypes.c_longlong), ("latency", ctypes.c_longlong),
                ("type", ctypes.c_int), ("code", ctypes.c_int), ("value", ctypes.c_ulonglong)]


class Sample(ctypes.Structure):
    _fields_ = [("stamp", ctypes.c_ulonglong), ("value", ctypes.c_ulonglong)]


def memory():
    """Resident MiB, and libraries mapped whose name says NVIDIA's or CUDA's."""
    status = open("/proc/self/status").read()
    resident = int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024
    libraries = {os.path.basename(line.split()[-1]) for line in open("/proc/self/maps") if re.search(r"/lib(nvidia|cuda)", line)}
    return resident, sorted(libraries)


def timed(call):
    wall, cpu = time.perf_counter(), time.thread_time()
    code = call()
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000, code


def step(name, call):
    wall, cpu, code = timed(call)
    resident, libraries = memory()
    print(f"{name:34} wall {wall:8.3f} ms  cpu {cpu:8.3f} ms  code {code}  resident {resident:6.1f} MiB", flush=True)
    return libraries


def calls_of(nvml, device):
    text, number, long = ctypes.create_string_buffer(128), ctypes.c_uint(), ctypes.c_ulonglong()
    room = ctypes.create_string_buffer(1 << 16)
    low = ctypes.c_uint()

    def fields(*ids):
        values = (FieldValue * len(ids))()

        def call():
            for value, id in zip(values, ids):
                value.field = id
            code = nvml.nvmlDeviceGetFieldValues(device, len(ids), values)
            return code, [v.code for v in values]
        return call

    def listing(function):
        def call():
            number.value = 64
            return getattr(nvml, function)(device, ctypes.byref(number), room)
        return call

    def memory_v2():
        struct = (ctypes.c_ulonglong * 5)()
        ctypes.cast(struct, ctypes.POINTER(ctypes.c_uint))[0] = 40 | (2 << 24)
        return nvml.nvmlDeviceGetMemoryInfo_v2(device, struct)

    def temperature_v():
        struct = (ctypes.c_uint * 3)(12 | (1 << 24), 0, 0)
        return nvml.nvmlDeviceGetTemperatureV(device, struct)

    one = lambda function, *leading: lambda: getattr(nvml, function)(device, *leading, ctypes.byref(number))
    return {
        "Name": lambda: nvml.nvmlDeviceGetName(device, text, 127),
        "UUID": lambda: nvml.nvmlDeviceGetUUID(device, text, 127),
        "PciInfo_v3": lambda: nvml.nvmlDeviceGetPciInfo_v3(device, room),
        "EnforcedPowerLimit": one("nvmlDeviceGetEnforcedPowerLimit"),
        "PowerManagementLimitConstraints": lambda: nvml.nvmlDeviceGetPowerManagementLimitConstraints(device, ctypes.byref(low), ctypes.byref(number)),
        "MemoryInfo_v2": memory_v2,
        "MaxClockInfo(SM)": one("nvmlDeviceGetMaxClockInfo", 1),
        "MaxClockInfo(memory)": one("nvmlDeviceGetMaxClockInfo", 2),
        "TemperatureThreshold(GPU max)": one("nvmlDeviceGetTemperatureThreshold", 3),
        "TemperatureThreshold(slowdown)": one("nvmlDeviceGetTemperatureThreshold", 1),
        "TemperatureThreshold(shutdown)": one("nvmlDeviceGetTemperatureThreshold", 0),
        "MigMode": lambda: nvml.nvmlDeviceGetMigMode(device, ctypes.byref(low), ctypes.byref(number)),
        "UtilizationRates": lambda: nvml.nvmlDeviceGetUtilizationRates(device, room),
        "PowerUsage": one("nvmlDeviceGetPowerUsage"),
        "TemperatureV": temperature_v,
        "Temperature": one("nvmlDeviceGetTemperature", 0),
        "ClockInfo(SM)": one("nvmlDeviceGetClockInfo", 1),
        "ClockInfo(memory)": one("nvmlDeviceGetClockInfo", 2),
        "CurrentClocksEventReasons": lambda: nvml.nvmlDeviceGetCurrentClocksEventReasons(device, ctypes.byref(long)),
        "ComputeRunningProcesses_v3": listing("nvmlDeviceGetComputeRunningProcesses_v3"),
        "GraphicsRunningProcesses_v3": listing("nvmlDeviceGetGraphicsRunningProcesses_v3"),
        "MPSComputeRunningProcesses_v3": listing("nvmlDeviceGetMPSComputeRunningProcesses_v3"),
        "fields {186 instant power}": fields(186),
        "fields {throttled: 74,75,76,77,78}": fields(74, 75, 76, 77, 78),
        "fields {ECC volatile 3,4}": fields(3, 4),
        "fields {rows remapped 142,143}": fields(142, 143),
        "fields {all nine}": fields(74, 75, 76, 77, 78, 3, 4, 142, 143),
        "TotalEnergyConsumption": lambda: nvml.nvmlDeviceGetTotalEnergyConsumption(device, ctypes.byref(long)),
    }


class Ring:
    def __init__(self, nvml, device):
        self.nvml, self.device, self.last = nvml, device, 0
        self.samples = (Sample * 256)()

    def drain(self):
        kind, count = ctypes.c_int(), ctypes.c_uint(256)
        code = self.nvml.nvmlDeviceGetSamples(self.device, 0, ctypes.c_ulonglong(self.last), ctypes.byref(kind), ctypes.byref(count), self.samples)
        if code == 0 and count.value:
            self.last = self.samples[count.value - 1].stamp
        return code, count.value


def repeated(name, call, count, pause):
    walls, cpus = [], []
    for _ in range(count):
        time.sleep(pause)
        wall, cpu, _ = timed(call)
        walls.append(wall)
        cpus.append(cpu)
    walls.sort()
    print(f"{name:44} every {pause:g} s: wall median {statistics.median(walls):7.3f}, most {walls[-1]:7.3f} ms; "
          f"cpu mean {statistics.mean(cpus):7.3f} ms", flush=True)


def least(seconds=30, index=0):
    spent = {}

    def take(name, call):
        spent[name] = spent.get(name, 0) + timed(call)[1]

    device = ctypes.c_void_p()
    nvml = ctypes.CDLL(LIBRARY)
    take("opening", nvml.nvmlInit_v2)
    take("handle", lambda: nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(device)))
    counter = calls_of(nvml, device)["TotalEnergyConsumption"]
    ring = Ring(nvml, device)
    for _ in range(2):
        take("4 counter readings", counter)
    drains = round(seconds / 0.85)
    for _ in range(drains):
        time.sleep(0.85)
        take(f"{drains} drains", ring.drain)
    for _ in range(2):
        take("4 counter readings", counter)
    take("closing", nvml.nvmlShutdown)
    print(", ".join(f"{name} {milliseconds:.1f} ms" for name, milliseconds in spent.items()) + f"; in all {sum(spent.values()) / 1000:.3f} s of CPU")


def main():
    if sys.argv[1:2] == ["least"]:
        return least(*map(int, sys.argv[2:]))
    index = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    print(f"before: resident {memory()[0]:.1f} MiB")
    nvml = None

    def load():
        nonlocal nvml
        nvml = ctypes.CDLL(LIBRARY)
        return 0

    device, count = ctypes.c_void_p(), ctypes.c_uint()
    step("load the library", load)
    step("nvmlInit_v2", lambda: nvml.nvmlInit_v2())
    step("DeviceGetCount", lambda: nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)))
    step("DeviceGetHandleByIndex", lambda: nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(device)))
    calls = calls_of(nvml, device)
    for name, call in calls.items():
        step(name, call)
    ring = Ring(nvml, device)
    step("Samples(total power), whole ring", ring.drain)
    event_set = ctypes.c_void_p()
    step("EventSetCreate", lambda: nvml.nvmlEventSetCreate(ctypes.byref(event_set)))
    step("DeviceRegisterEvents(XID)", lambda: nvml.nvmlDeviceRegisterEvents(device, ctypes.c_ulonglong(8), event_set))
    event = ctypes.create_string_buffer(64)
    libraries = step("EventSetWait(0)", lambda: nvml.nvmlEventSetWait_v2(event_set, event, 0))
    print("mapped:", ", ".join(libraries))
    for name, call in calls.items():
        repeated(name, call, 20, 0.005)
    for period in (0.05, 0.5, 0.87, 1.0, 1.5, 1.7, 2.0):
        repeated("Samples(total power)", ring.drain, max(4, int(6 / period)), period)
    for period in (0.05, 0.5, 1.0):
        repeated("TotalEnergyConsumption", calls["TotalEnergyConsumption"], max(5, int(4 / period)), period)
    step("nvmlEventSetFree", lambda: nvml.nvmlEventSetFree(event_set))
    step("nvmlShutdown", lambda: nvml.nvmlShutdown())


if __name__ == "__main__":
    main()
