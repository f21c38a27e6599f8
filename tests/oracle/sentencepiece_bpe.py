"""Encodes texts (JSON list on standard input) with llama2.c's tokenizer.bin, following its published algorithm step by step; prints JSON lists of ids.

python3 sentencepiece_bpe.py tokenizer.bin: a begin token, a space before a text that is not empty, one token per character (its bytes where it
is no token), then again and again the neighbouring pair whose concatenation has the best score, the leftmost of equals.
"""
import json
import struct
import sys

with open(sys.argv[1], "rb") as file:
    data = file.read()
pieces, scores, at = [], [], 4
while at < len(data):
    score, length = struct.unpack_from("<fi", data, at)
    pieces.append(data[at + 8:at + 8 + length])
    scores.append(score)
    at += 8 + length
id_of = {}
for index, piece in enumerate(pieces):
    id_of.setdefault(piece, index)


def encode(text):
    ids = []
    for character in (" " + text if text else ""):
        piece = character.encode("utf-8")
        ids += [id_of[piece]] if piece in id_of else [byte + 3 for byte in piece]
    while True:
        best = None
        for i in range(len(ids) - 1):
            merged = id_of.get(pieces[ids[i]] + pieces[ids[i + 1]])
            if merged is not None and (best is None or scores[merged] > scores[best[1]]):
                best = (i, merged)
        if best is None:
            return [1] + ids
        ids[best[0]:best[0] + 2] = [best[1]]


print(json.dumps([encode(text) for text in json.load(sys.stdin)]))
