# web, worker and actions (Python 3.12). Build from the repository root: docker build -f deploy/docker/app.Dockerfile .
FROM node:22-slim AS browser
WORKDIR /src
COPY frontend/package.json frontend/package-lock.json frontend/build frontend/
RUN mkdir -p backend/console/static && frontend/build

FROM python:3.12-slim
RUN pip install --no-cache-dir uv && useradd --system --uid 999 --home-dir /var/lib/youshi --create-home youshi
WORKDIR /app
ENV PYTHONPATH=/app PYTHONUNBUFFERED=1 SQLALCHEMY_SILENCE_UBER_WARNING=1 PATH=/app/.venv/bin:$PATH YOUSHI_HOME_DIR=/var/lib/youshi
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --locked --no-dev --no-install-project
COPY backend backend
COPY channels channels
COPY actions actions
COPY deploy/prepare.py deploy/prepare.py
COPY --from=browser /src/backend/console/static/vendor backend/console/static/vendor
USER youshi
VOLUME /var/lib/youshi
EXPOSE 8000
CMD ["uvicorn", "channels.app:create_app", "--factory", "--host", "0.0.0.0", "--port", "8000", "--no-access-log", "--timeout-graceful-shutdown", "5"]
