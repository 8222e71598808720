package dev.sluicegate.local.aws;

/**
 * A request that a local service refuses; the front writes it in the error shape of the service, so that the
 * SDK makes its modelled exception of it.
 */
public final class LocalServiceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /**
     * @param status HTTP status
     * @param code error code of the service's model, such as {@code ResourceNotFoundException}
     */
    public LocalServiceException(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    /** The message; never null. */
    public String reason() {
        var message = getMessage();
        return message == null ? code : message;
    }
}
