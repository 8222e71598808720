package dev.sluicegate.kit;

/**
 * ARN of a Lambda function without version or alias: {@code
 * arn:<partition>:lambda:<region>:<account>:function:<name>}.
 */
record FunctionArn(String partition, String region, String account, String name) {
    /**
     * @throws IllegalArgumentException if {@code arn} is not of a function
     */
    static FunctionArn of(String arn) {
        var parts = arn.split(":", -1);
        if (parts.length < 7
                || parts.length > 8
                || !"arn".equals(parts[0])
                || !"lambda".equals(parts[2])
                || !"function".equals(parts[5])
                || parts[6].isEmpty()) {
            throw new IllegalArgumentException("`" + arn + "` is not the ARN of a function");
        }
        return new FunctionArn(parts[1], parts[3], parts[4], parts[6]);
    }

    /** ARN of a table in the same account and region; an ARN stays as it is. */
    String table(String nameOrArn) {
        return nameOrArn.startsWith("arn:")
                ? nameOrArn
                : "arn:"
                        + partition
                        + ":dynamodb:"
                        + region
                        + ":"
                        + account
                        + ":table/"
                        + nameOrArn;
    }
}
