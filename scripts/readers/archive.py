"""What a zip file holds, with Python's zipfile.

Run: python3 scripts/readers/archive.py archive.zip
Checks every file against its checksum; prints names and sizes.
"""
import json
import sys
import zipfile


def main():
    with zipfile.ZipFile(sys.argv[1]) as archive:
        assert archive.testzip() is None, "a checksum differs"
        print(json.dumps({entry.filename: entry.file_size for entry in archive.infolist()}))


main()
