package dev.sluicegate.cli;

import java.time.Duration;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 30s}, {@code 15m}, {@code 8h}, {@code 2d}. */
final class Durations implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,6})([smhd])");
    private static final Duration MOST = Duration.ofDays(30);

    @Override
    public Duration convert(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException(
                    "`" + text + "` is not a time such as 30s, 15m, 8h or 2d");
        }
        var count = Long.parseLong(form.group(1));
        var time =
                switch (form.group(2)) {
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    case "h" -> Duration.ofHours(count);
                    default -> Duration.ofDays(count);
                };
        if (time.compareTo(MOST) > 0) {
            throw new TypeConversionException("`" + text + "` is more than 30d");
        }
        return time;
    }
}
