package dev.sluicegate.local.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluicegate.local.aws.Authorization;
import dev.sluicegate.local.aws.LocalRequest;
import dev.sluicegate.local.edge.TestFront;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

class LambdaServiceTest {
    private final LambdaService service = new LambdaService("eu-central-1", "000000000000");
    private final TestFront front = TestFront.before(service);
    private final LambdaClient client =
            front.client(
                    LambdaClient.builder()
                            .overrideConfiguration(
                                    ClientOverrideConfiguration.builder()
                                            .retryStrategy(retry -> retry.maxAttempts(1))
                                            .build()));

    @AfterEach
    void stop() {
        client.close();
        front.close();
    }

    private LocalFunction register(RequestStreamHandler handler) {
        var function =
                LocalFunction.of("tool", service.arn("tool"), handler, Duration.ofSeconds(2));
        service.register(function);
        return function;
    }

    private InvokeResponse invoke(String name, String payload) {
        return client.invoke(
                call -> call.functionName(name).payload(SdkBytes.fromUtf8String(payload)));
    }

    private static void write(OutputStream out, String text) throws java.io.IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aFunctionIsInvokedByNameArnAndAlias() {
        register((in, out, context) -> write(out, '"' + context.getInvokedFunctionArn() + '"'));

        assertThat(invoke("tool", "{}").payload().asUtf8String())
                .isEqualTo('"' + service.arn("tool") + '"');
        assertThat(invoke(service.arn("tool"), "{}").payload().asUtf8String())
                .isEqualTo('"' + service.arn("tool") + '"');
        assertThat(invoke(service.arn("tool") + ":live", "{}").payload().asUtf8String())
                .isEqualTo('"' + service.arn("tool") + ":live\"");
        assertThat(
                        client.invoke(call -> call.functionName("tool").qualifier("live"))
                                .payload()
                                .asUtf8String())
                .endsWith(":live\"");
    }

    @Test
    void aHandlerSeesItsPayloadAndHowLongItHas() {
        register((in, out, context) -> {
            var payload = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            write(out, "[" + payload + "," + context.getRemainingTimeInMillis() + "]");
        });

        var answer = invoke("tool", "{\"a\":1}");

        assertThat(answer.functionError()).isNull();
        assertThat(answer.payload().asUtf8String()).matches("\\[\\{\"a\":1},(1\\d\\d\\d|2000)]");
    }

    @Test
    void whatAHandlerThrowsIsAnUnhandledError() {
        register((in, out, context) -> {
            throw new IllegalStateException("broken");
        });

        var answer = invoke("tool", "{}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(answer.payload().asUtf8String())
                .isEqualTo(
                        "{\"errorMessage\":\"broken\",\"errorType\":\"java.lang.IllegalStateException\"}");
    }

    @Test
    void anErrorThatIsNoExceptionIsAnAnswerToo() {
        register((in, out, context) -> {
            throw new StackOverflowError();
        });

        assertThat(invoke("tool", "{}").payload().asUtf8String())
                .contains("java.lang.StackOverflowError");
    }

    @Test
    void aHandlerThatIsTooSlowIsInterruptedAndReported() throws Exception {
        var interrupted = new CountDownLatch(1);
        service.register(
                LocalFunction.of(
                        "slow",
                        service.arn("slow"),
                        (in, out, context) -> {
                            try {
                                Thread.sleep(Duration.ofMinutes(1));
                            } catch (InterruptedException e) {
                                interrupted.countDown();
                            }
                        },
                        Duration.ofMillis(200)));

        var answer = invoke("slow", "{}");

        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(answer.payload().asUtf8String())
                .contains("Sandbox.Timedout", "Task timed out after 0.20 seconds");
        assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anAnswerOfMoreThanSixMegabytesIsAnError() {
        register((in, out, context) ->
                write(out, '"' + "x".repeat(Invocation.MAX_PAYLOAD_BYTES - 2) + '"'));
        assertThat(invoke("tool", "{}").functionError()).isNull();

        register((in, out, context) ->
                write(out, '"' + "x".repeat(Invocation.MAX_PAYLOAD_BYTES - 1) + '"'));
        assertThat(invoke("tool", "{}").payload().asUtf8String())
                .contains("Function.ResponseSizeTooLarge");
    }

    @Test
    void aRequestOfMoreThanSixMegabytesNeverReachesTheHandler() {
        register((in, out, context) -> {
            throw new AssertionError("entered");
        });

        assertThatThrownBy(() ->
                        invoke("tool", '"' + "x".repeat(Invocation.MAX_PAYLOAD_BYTES - 1) + '"'))
                .isInstanceOfSatisfying(
                        LambdaException.class, e -> assertThat(e.statusCode()).isEqualTo(413));
    }

    @Test
    void whatIsNotJsonOrNotThereIsRefused() {
        register((in, out, context) -> write(out, "1"));

        assertThatThrownBy(() -> invoke("tool", "{} {}"))
                .isInstanceOf(InvalidRequestContentException.class);
        assertThatThrownBy(() -> invoke("other", "{}"))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> client.listFunctions()).isInstanceOf(LambdaException.class);
    }

    @Test
    void moreThanTheConcurrencyAllowsIsThrottled() throws Exception {
        var entered = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        service.register(
                LocalFunction.of(
                                "one",
                                service.arn("one"),
                                (in, out, context) -> {
                                    entered.countDown();
                                    try {
                                        go.await();
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                    write(out, "1");
                                },
                                Duration.ofSeconds(20))
                        .withConcurrency(1));
        var first = CompletableFuture.supplyAsync(() -> invoke("one", "{}"));
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> invoke("one", "{}")).isInstanceOf(TooManyRequestsException.class);

        go.countDown();
        assertThat(first).succeedsWithin(Duration.ofSeconds(10));
        assertThat(invoke("one", "{}").payload().asUtf8String()).isEqualTo("1");
    }

    @Test
    void anEventIsTakenAndRunLater() throws Exception {
        var ran = new CountDownLatch(1);
        register((in, out, context) -> ran.countDown());

        var answer =
                client.invoke(
                        call -> call.functionName("tool").invocationType(InvocationType.EVENT));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void iamIsAskedForTheQualifiedFunction() {
        var request =
                new LocalRequest(
                        "POST",
                        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A000000000000%3Afunction%3Atool%3Alive/invocations",
                        null,
                        Map.of(),
                        new byte[0]);
        var other = new LocalRequest("GET", "/2015-03-31/functions/", null, Map.of(), new byte[0]);

        assertThat(service.authorizations(request))
                .containsExactly(
                        new Authorization(
                                "lambda:InvokeFunction", service.arn("tool") + ":live", Map.of()));
        assertThat(service.authorizations(other))
                .extracting(Authorization::resource)
                .isEqualTo(List.of("*"));
    }

    @Test
    void functionsAreMadeWithTheirOwnEnvironment() throws Exception {
        var handler =
                LocalFunctions.instantiate(
                        Greeter.class.getName(),
                        Map.of("WHO", "ada"),
                        AnonymousCredentialsProvider.create(),
                        Clock.systemUTC());
        register(handler);

        assertThat(invoke("tool", "{}").payload().asUtf8String()).isEqualTo("\"ada\"");
        assertThatThrownBy(() ->
                        LocalFunctions.instantiate(
                                "java.lang.String",
                                Map.of(),
                                AnonymousCredentialsProvider.create(),
                                Clock.systemUTC()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** A function as ours are written. */
    public static final class Greeter implements RequestStreamHandler {
        private final String who;

        public Greeter(
                Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
            who = environment.getOrDefault("WHO", "nobody");
        }

        @Override
        public void handleRequest(InputStream in, OutputStream out, Context context)
                throws java.io.IOException {
            write(out, '"' + who + '"');
        }
    }
}
