"""Tests of the monitors' parsers."""
