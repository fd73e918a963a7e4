# The two images of the stack, from the one lock file: `airflow` and `workspace`. docs/operations.md says how they run.
#   docker build --target airflow -t rookery-airflow .
#   docker build --target workspace -t rookery-workspace .

FROM python:3.12-slim-trixie AS python
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1

# What installs; nothing of this stage is in an image but the environments it made.
FROM python AS installer
ARG UV_VERSION=0.13.9
# Compiled bytecode starts Airflow three times as fast, and the images' users may not write it themselves.
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_PROGRESS=1 \
    UV_PROJECT_ENVIRONMENT=/opt/venv \
    UV_PYTHON=/usr/local/bin/python3 \
    UV_PYTHON_DOWNLOADS=never
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --disable-pip-version-check --root-user-action=ignore uv==${UV_VERSION}
WORKDIR /build
COPY pyproject.toml uv.lock ./
COPY jobs/pyproject.toml jobs/
COPY local_workspace/pyproject.toml local_workspace/
# It leaves out packages' own tests and headers.
COPY container/slim.sh /usr/local/bin/slim

FROM installer AS airflow-dependencies
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-install-workspace --package rookery --no-default-groups --group container && slim /opt/venv

FROM installer AS workspace-dependencies
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-install-workspace --package local-workspace --no-default-groups && slim /opt/venv

# Our own packages, built apart from what they depend on: a change of ours makes small layers anew.
FROM installer AS wheels
COPY README.md ./
COPY jobs jobs
COPY local_workspace local_workspace
COPY plugins plugins
RUN --mount=type=cache,target=/root/.cache/uv \
    uv build --wheel --all-packages --out-dir /wheels

FROM python AS workspace
RUN useradd --uid 10001 --gid 0 --home-dir /var/lib/local-workspace --create-home --shell /usr/sbin/nologin workspace
COPY --from=workspace-dependencies /opt/venv /opt/venv
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    --mount=type=bind,from=installer,source=/usr/local/bin/uv,target=/usr/local/bin/uv \
    uv pip install --python /opt/venv --no-deps --offline --no-cache --compile-bytecode /wheels/local_workspace-*.whl
# Spark's classes, recorded in a trial run: every cluster starts in half the time.
RUN python -m local_workspace.warm_up
COPY container/health.py /opt/container/
USER 10001
ENV LOCAL_WORKSPACE_ROOT=/var/lib/local-workspace
VOLUME /var/lib/local-workspace
EXPOSE 8765
CMD ["local-workspace", "serve", "--port", "8765"]

# User, group and folders are those that Airflow's own image and its Helm chart have.
FROM python AS airflow
RUN useradd --uid 50000 --gid 0 --home-dir /opt/airflow --create-home --shell /usr/sbin/nologin airflow \
 && install -d -o airflow -g 0 -m 775 /opt/airflow/logs
COPY --from=airflow-dependencies /opt/venv /opt/venv
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    --mount=type=bind,from=installer,source=/usr/local/bin/uv,target=/usr/local/bin/uv \
    uv pip install --python /opt/venv --no-deps --offline --no-cache --compile-bytecode /wheels/rookery-*.whl /wheels/rookery_jobs-*.whl
WORKDIR /opt/airflow
COPY container/entrypoint.sh /entrypoint
COPY container/airflow_local_settings.py config/
COPY container/health.py container/initialise.sh container/
COPY data/penguins.csv data/
COPY plugins plugins
COPY dags dags
USER 50000
ENV AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    ROOKERY_DATA_FOLDER=/opt/airflow/data
EXPOSE 8080
ENTRYPOINT ["/entrypoint"]
CMD ["airflow", "version"]
