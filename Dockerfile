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
COPY --chmod=755 container/slim.sh /usr/local/bin/slim

FROM installer AS airflow-dependencies
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-install-workspace --package rookery --no-default-groups --group container && slim /opt/venv
# A team's own packages, beside the locked ones in their versions: see docs/operations.md. That file may be missing,
# if COPY has another one to copy.
COPY uv.lock container/requirements*.txt ./
RUN --mount=type=cache,target=/root/.cache/uv \
    [ ! -f requirements.txt ] || { uv pip freeze --python /opt/venv > locked.txt \
    && uv pip install --python /opt/venv --constraint locked.txt --requirement requirements.txt; }

FROM installer AS workspace-dependencies
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-install-workspace --package local-workspace --no-default-groups && slim /opt/venv

# Our own packages, built apart from what they depend on and each image's for itself: a change of ours makes
# small layers anew, and one of the DAGs' side none of the workspace's.
FROM installer AS workspace-wheel
COPY local_workspace local_workspace
RUN --mount=type=cache,target=/root/.cache/uv \
    uv build --wheel --package local-workspace --out-dir /wheels

FROM installer AS airflow-wheels
COPY README.md ./
COPY jobs jobs
COPY plugins plugins
RUN --mount=type=cache,target=/root/.cache/uv \
    uv build --wheel --package rookery --out-dir /wheels && uv build --wheel --package rookery-jobs --out-dir /wheels

FROM python AS workspace
RUN useradd --uid 10001 --gid 0 --home-dir /var/lib/local-workspace --create-home --shell /usr/sbin/nologin workspace
COPY --from=workspace-dependencies /opt/venv /opt/venv
RUN --mount=type=bind,from=workspace-wheel,source=/wheels,target=/wheels \
    --mount=type=bind,from=installer,source=/usr/local/bin/uv,target=/usr/local/bin/uv \
    uv pip install --python /opt/venv --no-deps --offline --no-cache --compile-bytecode /wheels/*.whl
# Spark's classes, recorded in a trial run: every cluster starts in half the time.
RUN python -m local_workspace.warm_up
COPY --chmod=755 container/health.py /opt/container/
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
RUN --mount=type=bind,from=airflow-wheels,source=/wheels,target=/wheels \
    --mount=type=bind,from=installer,source=/usr/local/bin/uv,target=/usr/local/bin/uv \
    uv pip install --python /opt/venv --no-deps --offline --no-cache --compile-bytecode /wheels/*.whl
WORKDIR /opt/airflow
# A clone has the modes of its owner's umask, and the containers' user is another one.
COPY --chmod=755 container/entrypoint.sh /entrypoint
COPY --chmod=755 container/airflow_local_settings.py config/
COPY --chmod=755 container/health.py container/initialise.sh container/
COPY --chmod=755 data/*.csv data/
COPY --chmod=755 plugins plugins
COPY --chmod=755 dags dags
USER 50000
ENV AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    ROOKERY_DATA_FOLDER=/opt/airflow/data
EXPOSE 8080
ENTRYPOINT ["/entrypoint"]
CMD ["airflow", "version"]
