package dev.sluicegate.router.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.Decision.External;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Another decision service, asked over HTTP as Open Policy Agent is: {@code {"input": …}} in, {@code
 * {"result": true}} or {@code {"result": {"allow": true, "reason": "…"}}} out. Everything that is not plainly
 * a yes is a no: another status, a redirect, no result, too many bytes, too late.
 *
 * @see <a href="https://www.openpolicyagent.org/docs/rest-api#get-a-document-with-input">OPA Data API</a>
 */
public final class DecisionService {
    /** A yes with a reason fits many times. */
    static final int MAX_ANSWER_BYTES = 16 * 1024;

    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int MAX_REASON = 200;

    private final URI url;
    private final Duration timeout;
    private final String name;
    private @Nullable HttpClient
            client; // made by the first call: no connection outlives a snapshot

    /**
     * @param url of the decision, such as {@code https://opa.example.com/v1/data/mcp/allow}
     * @param timeout of the whole exchange; the caller is waiting
     * @throws IllegalArgumentException if the URL is neither https nor on loopback, or holds more than
     *     host, port, path and query, or the timeout is not between 1 ms and 5 s
     */
    public DecisionService(URI url, Duration timeout) {
        var host = url.getHost();
        if (host == null
                || url.getRawUserInfo() != null
                || url.getRawFragment() != null
                || !("https".equals(url.getScheme())
                        || ("http".equals(url.getScheme()) && isLoopback(host)))) {
            throw new IllegalArgumentException(
                    "the decision service must be an https URL, or http on loopback, without user and"
                            + " fragment");
        }
        if (timeout.toMillis() < 1 || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "the decision service has " + timeout + " to answer, at most " + LONGEST);
        }
        this.url = url;
        this.timeout = timeout;
        this.name = url.getRawAuthority() + url.getRawPath();
    }

    // names that resolve to loopback are not enough: who answers for them is somebody else's choice
    private static boolean isLoopback(String host) {
        return host.equals("127.0.0.1") || host.equals("[::1]") || host.equals("localhost");
    }

    /** Never throws: what cannot be had is an {@code error}, which denies. */
    External decide(ObjectNode input) {
        var body = JsonNodeFactory.instance.objectNode();
        body.set("input", input);
        try {
            var response = send(body.toString());
            if (response.statusCode() != 200) {
                return error("status " + response.statusCode());
            }
            return read(StrictJson.read(response.body()));
        } catch (MalformedJsonException | NotCanonicalException e) {
            return error("not JSON");
        } catch (TimeoutException e) {
            return error("no answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException | RuntimeException e) {
            return error("cannot be asked");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return error("interrupted");
        }
    }

    private HttpResponse<byte[]> send(String body)
            throws InterruptedException, ExecutionException, TimeoutException {
        var request =
                HttpRequest.newBuilder(url)
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        var answer =
                client().sendAsync(
                                request,
                                HttpResponse.BodyHandlers.limiting(
                                        HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
        try {
            // for the whole exchange: the timeout of a request ends with the headers
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            answer.cancel(true);
        }
    }

    private synchronized HttpClient client() {
        if (client == null) {
            client =
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .followRedirects(HttpClient.Redirect.NEVER)
                            .connectTimeout(timeout)
                            .build();
        }
        return client;
    }

    private External read(JsonNode answer) {
        var result = answer.path("result");
        if (result.isBoolean()) {
            return said(result.booleanValue(), null);
        }
        var allow = result.path("allow");
        if (!result.isObject() || !allow.isBoolean()) {
            // an undefined document is an answer without a result
            return error("no result");
        }
        return said(allow.booleanValue(), result.path("reason").textValue());
    }

    private External said(boolean allow, @Nullable String reason) {
        return new External(name, allow ? "allow" : "deny", reason == null ? null : plain(reason));
    }

    private External error(String what) {
        return new External(name, "error", what);
    }

    /** One line of printable text. */
    private static String plain(String reason) {
        var out = new StringBuilder();
        reason.codePoints()
                .limit(MAX_REASON)
                .filter(c ->
                        !Character.isISOControl(c)
                                && Character.getType(c) != Character.SURROGATE
                                && Character.getType(c) != Character.FORMAT)
                .forEach(out::appendCodePoint);
        return out.toString();
    }
}
