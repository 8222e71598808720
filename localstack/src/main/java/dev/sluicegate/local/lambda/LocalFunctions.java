package dev.sluicegate.local.lambda;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.lang.reflect.InvocationTargetException;
import java.time.Clock;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Makes handlers from their class names, each with its own environment and credentials. */
public final class LocalFunctions {
    private LocalFunctions() {}

    /**
     * Calls the public constructor {@code (Map<String, String>, AwsCredentialsProvider, Clock)} that every
     * function of ours has.
     *
     * @throws IllegalArgumentException if there is no such class, constructor or handler
     * @throws IllegalStateException if the function refuses to start, with its own cause
     */
    public static RequestStreamHandler instantiate(
            String className,
            Map<String, String> environment,
            AwsCredentialsProvider credentials,
            Clock clock) {
        try {
            return Class.forName(className)
                    .asSubclass(RequestStreamHandler.class)
                    .getConstructor(Map.class, AwsCredentialsProvider.class, Clock.class)
                    .newInstance(Map.copyOf(environment), credentials, clock);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(className + " does not start", e.getCause());
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new IllegalArgumentException("not a function of ours: `" + className + "`", e);
        }
    }
}
