# syncfix in an image that holds the program, the roots of trust, and nothing else.
#
#   docker build -t syncfix .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges \
#     --env-file .env -v syncfix:/data syncfix
#
# Everything that is kept is in /data. The same Go and the same commit give the
# same program, bit for bit; .git is part of the context so that syncfix version
# can name the commit.
ARG GO=1.26
FROM golang:${GO} AS build
ENV CGO_ENABLED=0 GOTOOLCHAIN=local
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download && go mod verify
COPY . .
RUN go build -trimpath -buildvcs=true -ldflags=-buildid= -o /out/syncfix ./cmd/syncfix && mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/syncfix /syncfix
COPY --from=build --chown=65532:65532 /out/data /data
ENV SYNCFIX_DB=/data/syncfix.db
ENV SYNCFIX_HTTP=127.0.0.1:9464
USER 65532:65532
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["/syncfix", "health"]
ENTRYPOINT ["/syncfix"]
CMD ["run"]
