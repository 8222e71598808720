package dev.sluicegate.router.invocation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.contract.InvocationRequest;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.contract.ToolOutcome;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import dev.sluicegate.router.enforcement.RecordedCall;
import dev.sluicegate.router.enforcement.ToolInvoker;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.crt.CRT;
import software.amazon.awssdk.crt.http.HttpException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/**
 * Invokes a tool's function with a grant for one call and, where the tool has a data role, a token for
 * STS. The only user of the Lambda client. It never retries: a call whose fate is unknown is reported so.
 */
public final class LambdaToolInvoker implements ToolInvoker {
    /** A cold start comes on top of the tool's own time. */
    private static final Duration START_ALLOWANCE = Duration.ofSeconds(5);

    /** Status, session and error text around the result. */
    private static final int ENVELOPE_BYTES = 16 * 1024;

    /** How the CRT says that no byte of the request left this machine. */
    private static final Set<String> BEFORE_CONNECTION =
            Set.of(
                    "AWS_IO_SOCKET_CONNECTION_REFUSED",
                    "AWS_IO_SOCKET_NO_ROUTE_TO_HOST",
                    "AWS_IO_SOCKET_NETWORK_DOWN",
                    "AWS_IO_DNS_INVALID_NAME",
                    "AWS_IO_DNS_NO_ADDRESS_FOR_HOST",
                    "AWS_IO_DNS_QUERY_FAILED");

    /** What Lambda lets through; an answer that it drops had more. */
    private static final long MAX_ANSWER_BYTES = 6 * 1024 * 1024 + 100;

    private static final int REQUEST_TIMEOUT = 408;
    private static final int FIRST_SERVER_ERROR = 500;
    private static final Logger LOG = LoggerFactory.getLogger(LambdaToolInvoker.class);
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final LambdaClient lambda;
    private final CallGrants grants;
    private final StsTokens tokens;

    public LambdaToolInvoker(
            AwsCredentialsProvider credentials,
            SdkHttpClient http,
            CallGrants grants,
            StsTokens tokens) {
        this(
                LambdaClient.builder()
                        .credentialsProvider(credentials)
                        .httpClient(http)
                        .overrideConfiguration(configuration ->
                                configuration.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                        .build(),
                grants,
                tokens);
    }

    LambdaToolInvoker(LambdaClient lambda, CallGrants grants, StsTokens tokens) {
        this.lambda = lambda;
        this.grants = grants;
        this.tokens = tokens;
    }

    @Override
    public Invocation invoke(RecordedCall recorded) {
        var call = recorded.authorized().call();
        byte[] payload;
        try {
            payload = payload(recorded);
        } catch (InvocationUnavailableException e) {
            LOG.atError().addKeyValue("callId", call.callId()).setCause(e).log("not invoked");
            return new Invocation.NotInvoked(String.valueOf(e.getMessage()));
        } catch (NotCanonicalException e) {
            return new Invocation.NotInvoked("arguments are not canonical");
        }
        var limits = call.tool().manifest().limits();
        var timeout = Duration.ofMillis(limits.timeoutMs()).plus(START_ALLOWANCE);
        try {
            var response =
                    lambda.invoke(request ->
                            request.functionName(call.tool().functionArn())
                                    .invocationType(InvocationType.REQUEST_RESPONSE)
                                    .payload(SdkBytes.fromByteArrayUnsafe(payload))
                                    .overrideConfiguration(configuration ->
                                            configuration
                                                    .apiCallTimeout(timeout)
                                                    .apiCallAttemptTimeout(timeout)));
            return answer(call.callId(), response, limits);
        } catch (ApiCallTimeoutException | ApiCallAttemptTimeoutException e) {
            return new Invocation.TimedOut();
        } catch (AwsServiceException e) {
            return refused(call.callId(), e);
        } catch (SdkException e) {
            LOG.atError()
                    .addKeyValue("callId", call.callId())
                    .log("lambda did not answer: {}", e.getClass().getName());
            return neverConnected(e)
                    ? new Invocation.NotInvoked("lambda cannot be reached")
                    : new Invocation.Crashed("lambda did not answer", null);
        }
    }

    private byte[] payload(RecordedCall recorded) {
        var authorized = recorded.authorized();
        var call = authorized.call();
        var token = call.tool().dataRoleArn() == null ? null : tokens.token(authorized);
        var request =
                new InvocationRequest(
                        grants.grant(recorded),
                        token,
                        call.arguments(),
                        recorded.intentSha(),
                        call.traceparent());
        // canonical, so that what the tool hashes is byte for byte what the grant vouches for
        return CanonicalJson.bytes(JSON.valueToTree(request));
    }

    private static Invocation answer(
            String callId, InvokeResponse response, ToolManifest.Limits limits) {
        var requestId = requestId(response);
        var bytes = response.payload() == null ? new byte[0] : response.payload().asByteArray();
        if (response.functionError() != null) {
            return crashed(callId, bytes, requestId);
        }
        if (bytes.length > (long) limits.resultBytes() + ENVELOPE_BYTES) {
            return new Invocation.TooLarge(bytes.length);
        }
        try {
            var outcome = JSON.treeToValue(StrictJson.read(bytes), ToolOutcome.class);
            if (outcome == null || outcome.status() == null) {
                return new Invocation.Crashed("the answer is not an outcome", requestId);
            }
            var resultBytes = size(outcome);
            return resultBytes > limits.resultBytes()
                    ? new Invocation.TooLarge(resultBytes)
                    : new Invocation.Answered(outcome, bytes.length, requestId);
        } catch (JsonProcessingException | MalformedJsonException | NotCanonicalException e) {
            return new Invocation.Crashed("the answer is not an outcome", requestId);
        }
    }

    private static long size(ToolOutcome outcome) throws JsonProcessingException {
        long size = 0;
        if (outcome.structured() != null) {
            size += JSON.writeValueAsBytes(outcome.structured()).length;
        }
        if (outcome.content() != null) {
            size += JSON.writeValueAsBytes(outcome.content()).length;
        }
        if (outcome.error() != null) {
            size += outcome.error().length();
        }
        return size;
    }

    /** Lambda tells a timeout, a crash and an answer it dropped apart only in the error's text, which is not ours to show. */
    private static Invocation crashed(String callId, byte[] error, @Nullable String requestId) {
        var timedOut = false;
        try {
            var json = StrictJson.read(error);
            if (json.path("errorType").asText().equals("Function.ResponseSizeTooLarge")) {
                return new Invocation.TooLarge(MAX_ANSWER_BYTES);
            }
            timedOut =
                    json.path("errorType").asText().equals("Sandbox.Timedout")
                            || json.path("errorMessage").asText().contains("Task timed out after");
        } catch (MalformedJsonException | NotCanonicalException e) {
            LOG.atDebug().addKeyValue("callId", callId).log("function error is not JSON");
        }
        return timedOut
                ? new Invocation.TimedOut()
                : new Invocation.Crashed("the function crashed", requestId);
    }

    /**
     * Lambda refuses with 4xx before it runs anything: throttled, no such function, no right to invoke.
     * Everything else may have run.
     */
    private static Invocation refused(String callId, AwsServiceException e) {
        var details = e.awsErrorDetails();
        var code = details == null ? "no code" : details.errorCode();
        LOG.atError()
                .addKeyValue("callId", callId)
                .log("lambda refused: {} {}", e.statusCode(), code);
        return e.statusCode() < FIRST_SERVER_ERROR && e.statusCode() != REQUEST_TIMEOUT
                ? new Invocation.NotInvoked("lambda refused: " + code)
                : new Invocation.Crashed("lambda failed: " + code, e.requestId());
    }

    private static boolean neverConnected(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException
                    || (cause instanceof HttpException http
                            && BEFORE_CONNECTION.contains(CRT.awsErrorName(http.getErrorCode())))) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable String requestId(InvokeResponse response) {
        var metadata = response.responseMetadata();
        return metadata == null ? null : metadata.requestId();
    }
}
