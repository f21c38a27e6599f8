"""Normalizes texts (JSON list on standard input) to NFC with Python's unicodedata; prints a JSON list."""
import json
import sys
import unicodedata

print(json.dumps([unicodedata.normalize("NFC", text) for text in json.load(sys.stdin)]))
