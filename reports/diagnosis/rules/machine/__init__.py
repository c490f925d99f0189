"""Devices, drivers, memory and limits of the machine."""
