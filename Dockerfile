# Front-end files, then packages, then the code: what changes least comes first.
FROM node:22-slim AS front-end
WORKDIR /site
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund --ignore-scripts

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=262144 MALLOC_MMAP_THRESHOLD_=262144 OPENBLAS_NUM_THREADS=1
# pg_dump and pg_restore of the server's version, for `manage.py backup` and `restore`
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 skyportal \
 && mkdir -p /data && chown skyportal /data
WORKDIR /site
COPY pyproject.toml requirements.lock ./
RUN pip install --no-cache-dir uv \
 && uv pip install --system --no-cache --compile-bytecode -r pyproject.toml -c requirements.lock
COPY --from=front-end /site/node_modules node_modules
COPY . .
# The values are for this one command: names of files need no secrets and no services.
RUN SECRET_KEY=build DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    DJANGO_SETTINGS_MODULE=skyportal.settings.prod python manage.py collectstatic --no-input --verbosity 0
USER skyportal
ENV DJANGO_SETTINGS_MODULE=skyportal.settings.prod DATA=/data
VOLUME /data
EXPOSE 8000
CMD ["uvicorn", "skyportal.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", \
     "--proxy-headers", "--forwarded-allow-ips", "*", "--no-access-log"]
