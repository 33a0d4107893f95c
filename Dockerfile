# The service in an image: `docker build -t milieu .`; see compose.yaml for a whole deployment.
# Any image with Python 3.11 or newer and useradd can be the base:
#   docker build --build-arg PYTHON_IMAGE=registry.example/python:3.13 .
ARG PYTHON_IMAGE=docker.io/library/python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.txt requirements-build.txt ./
RUN python3 -m venv tools \
 && tools/bin/pip install --require-hashes -r requirements-build.txt \
 && python3 -m venv /opt/milieu \
 && /opt/milieu/bin/pip install --require-hashes -r requirements.txt
COPY . .
RUN tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/milieu/bin/pip install --no-deps --no-index --find-links dist milieu

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Milieu" \
      org.opencontainers.image.description="Customer context as a service" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN ["useradd", "--system", "--uid", "10001", "--create-home", \
     "--home-dir", "/var/lib/milieu", "--shell", "/usr/sbin/nologin", "milieu"]
COPY --from=build /opt/milieu /opt/milieu
ENV PATH="/opt/milieu/bin:${PATH}" \
    PYTHONUNBUFFERED=1 \
    MILIEU_DATABASE_URL="sqlite:////var/lib/milieu/milieu.db"
USER 10001
WORKDIR /var/lib/milieu
VOLUME ["/var/lib/milieu"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
ENTRYPOINT ["milieu"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
