package dev.sluicegate.local;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;

/**
 * For measuring only: keeps what is written in the memory of this process, as gateways without a durable
 * record do, and finds every chain empty. Reads of single rows, such as policies, go to the real tables.
 */
final class MemoryDynamoDb implements InvocationHandler {
    private final DynamoDbClient real;
    private final Queue<Object> written = new ConcurrentLinkedQueue<>();

    private MemoryDynamoDb(DynamoDbClient real) {
        this.real = real;
    }

    static DynamoDbClient over(DynamoDbClient real) {
        return (DynamoDbClient)
                Proxy.newProxyInstance(
                        DynamoDbClient.class.getClassLoader(),
                        new Class<?>[] {DynamoDbClient.class},
                        new MemoryDynamoDb(real));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        var argument = arguments == null || arguments.length != 1 ? null : arguments[0];
        return switch (argument) {
            case TransactWriteItemsRequest request -> {
                written.add(request);
                yield TransactWriteItemsResponse.builder().build();
            }
            case PutItemRequest request -> {
                written.add(request);
                yield PutItemResponse.builder().build();
            }
            case BatchGetItemRequest _ -> BatchGetItemResponse.builder().build();
            // a request made by a lambda: the interface builds it and comes back
            case Consumer<?> _ when method.isDefault() ->
                    InvocationHandler.invokeDefault(proxy, method, arguments);
            case null, default -> {
                try {
                    yield method.invoke(real, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            }
        };
    }
}
