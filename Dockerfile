# docker build -t manychat-mcp . && docker run -i --rm -e MATON_API_KEY manychat-mcp

# To build the same again, name the digest: --build-arg NODE_IMAGE=node@sha256:…
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json vitest.config.ts ./
COPY src src
COPY tools tools
COPY ui ui
COPY scripts scripts
COPY skills skills
COPY examples examples
COPY test test
RUN npm run build

FROM ${NODE_IMAGE}
# The MCP registry checks the owner of the image by this name.
LABEL io.modelcontextprotocol.server.name="io.github.manychat-mcp/manychat-mcp" \
      org.opencontainers.image.title="manychat-mcp" \
      org.opencontainers.image.description="MCP server for ManyChat, over stdio or HTTP" \
      org.opencontainers.image.source="https://github.com/manychat-mcp/manychat-mcp" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/package.json LICENSE ./
COPY --from=build /build/dist/manychat-mcp.js /build/dist/manychat-mcp.js.map /build/dist/THIRD-PARTY-NOTICES dist/
COPY --from=build /build/dist/bundle dist/bundle
COPY --from=build /build/dist/pages dist/pages
COPY deploy/healthcheck.mjs ./
# Kubernetes checks that the user is not root only if it is a number. It is the user "node".
USER 1000:1000
EXPOSE 8808
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["node", "/app/healthcheck.mjs"]
ENTRYPOINT ["node", "/app/dist/manychat-mcp.js"]
