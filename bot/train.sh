#!/bin/sh
# Trains the assistant when needed; see bot/train.py.
cd "$(dirname "$0")/.." && PYTHONPATH=. exec bot/.venv/bin/python -W ignore -m bot.train "$@"
