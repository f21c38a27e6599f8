"""Temoto beside llama.cpp at its best, on the same files of the same machine. Standard library alone."""
