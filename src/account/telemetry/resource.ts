import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { version } from '../../config/version.js';

/** This program, and what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say of it. */
export const ownResource = (): Resource =>
  resourceFromAttributes({ 'service.name': 'manychat-mcp', 'service.version': version }).merge(
    detectResources({ detectors: [envDetector] }),
  );
