# docker build -t manychat-mcp . && docker run -i --rm -e MATON_API_KEY manychat-mcp

FROM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json vitest.config.ts ./
COPY src src
COPY tools tools
COPY scripts scripts
COPY skills skills
COPY examples examples
COPY test test
RUN npm run build

FROM node:22-slim
# The MCP registry checks the owner of the image by this name.
LABEL io.modelcontextprotocol.server.name="io.github.manychat-mcp/manychat-mcp"
WORKDIR /app
COPY --from=build /build/package.json LICENSE ./
COPY --from=build /build/dist/manychat-mcp.js /build/dist/manychat-mcp.js.map /build/dist/THIRD-PARTY-NOTICES dist/
COPY --from=build /build/dist/bundle dist/bundle
USER node
ENTRYPOINT ["node", "/app/dist/manychat-mcp.js"]
