package dev.sluicegate.local.aws;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;

/** Errors as each AWS service writes them, so that SDKs map them to their modelled exceptions. */
public final class AwsErrors {
    private AwsErrors() {}

    /**
     * One error in the shape of {@code service}: XML for s3 and sts, JSON with {@code x-amzn-ErrorType} for the
     * others.
     */
    public static LocalResponse of(String service, int status, String code, String message) {
        return switch (service) {
            case "s3" -> xml(status, s3(code, message));
            case "sts" -> xml(status, query(code, message));
            default -> json(service, status, code, message);
        };
    }

    private static LocalResponse json(String service, int status, String code, String message) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("__type", code).put("message", message).put("Message", message);
        var type = service.equals("lambda") ? "application/json" : "application/x-amz-json-1.1";
        return new LocalResponse(
                status,
                Map.of("content-type", type, "x-amzn-errortype", code),
                body.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String s3(String code, String message) {
        return "<Error><Code>"
                + escape(code)
                + "</Code><Message>"
                + escape(message)
                + "</Message><RequestId>"
                + UUID.randomUUID()
                + "</RequestId></Error>";
    }

    private static String query(String code, String message) {
        return "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>"
                + escape(code)
                + "</Code><Message>"
                + escape(message)
                + "</Message></Error><RequestId>"
                + UUID.randomUUID()
                + "</RequestId></ErrorResponse>";
    }

    private static LocalResponse xml(int status, String document) {
        return new LocalResponse(
                status,
                Map.of("content-type", "text/xml"),
                ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document)
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** Text content of an XML element; characters that XML 1.0 cannot carry become {@code ?}. */
    static String escape(String text) {
        var out = new StringBuilder(text.length() + 16);
        text.codePoints()
                .forEach(c -> {
                    switch (c) {
                        case '&' -> out.append("&amp;");
                        case '<' -> out.append("&lt;");
                        case '>' -> out.append("&gt;");
                        case '"' -> out.append("&quot;");
                        case '\t', '\n' -> out.appendCodePoint(c);
                        default ->
                                out.appendCodePoint(
                                        c < 0x20
                                                        || (c >= 0xD800 && c < 0xE000)
                                                        || c == 0xFFFE
                                                        || c == 0xFFFF
                                                ? '?'
                                                : c);
                    }
                });
        return out.toString();
    }
}
