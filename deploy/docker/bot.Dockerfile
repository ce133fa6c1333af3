# The assistant (Python 3.10) with its trained model. Build from the repository root: docker build -f deploy/docker/bot.Dockerfile .
FROM python:3.10-slim
RUN pip install --no-cache-dir uv && useradd --system --uid 999 --home-dir /var/lib/rasa --create-home rasa
WORKDIR /app
ENV PYTHONPATH=/app RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 SQLALCHEMY_SILENCE_UBER_WARNING=1 OMP_NUM_THREADS=1
COPY bot/pyproject.toml bot/uv.lock bot/
RUN uv sync --locked --project bot
COPY config.yml ./
COPY nlu_data nlu_data
COPY backend backend
COPY bot bot
RUN bot/train.sh && chown -R rasa bot/models
USER rasa
EXPOSE 5005
CMD ["bot/.venv/bin/python", "-m", "bot.without_tensorflow", "run", "--enable-api", "--model", "bot/models/current.tar.gz", "--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml", "--interface", "0.0.0.0", "--port", "5005"]
