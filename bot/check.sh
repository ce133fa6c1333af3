#!/bin/sh
# The assistant's data: no conflicts between rules, no examples under two intents, nothing undefined.
cd "$(dirname "$0")/.." || exit 1
export PYTHONPATH=. PYTHONWARNINGS=ignore RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 SQLALCHEMY_SILENCE_UBER_WARNING=1 YOUSHI_ACTIONS_URL=http://127.0.0.1:1
exec bot/.venv/bin/python -W ignore -m rasa data validate --fail-on-warnings --max-history 5 \
  --config config.yml --domain bot/domain --data nlu_data bot/conversation
