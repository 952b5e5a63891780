# Repartee on a CPU, Whisper tiny as its ear: docker build -t repartee . && docker run -e REPARTEE_SERVE_TOKEN=... -p 8765:8765 repartee
FROM python:3.12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev
WORKDIR /source
COPY pyproject.toml requirements.lock README.md LICENSE NOTICE ./
COPY plugins plugins
COPY engines engines
COPY knowledge knowledge
COPY assistant assistant
RUN python -m venv /opt/repartee \
    && /opt/repartee/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && /opt/repartee/bin/pip install --no-cache-dir --no-deps .

FROM python:3.12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libflite1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home repartee \
    && install -d -o repartee -g repartee /data /documents
COPY --from=build /opt/repartee /opt/repartee
ENV PATH=/opt/repartee/bin:$PATH \
    REPARTEE_HOME=/data \
    REPARTEE_SERVE_HOST=0.0.0.0 \
    REPARTEE_SERVE_PORT=8765
USER repartee
VOLUME ["/data"]
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD repartee health || exit 1
ENTRYPOINT ["repartee"]
CMD ["serve"]
