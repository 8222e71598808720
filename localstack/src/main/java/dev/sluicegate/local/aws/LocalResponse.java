package dev.sluicegate.local.aws;

import java.util.Map;

/** An answer to be written as it is. */
public record LocalResponse(int status, Map<String, String> headers, byte[] body) {
    public LocalResponse {
        headers = Map.copyOf(headers);
    }
}
