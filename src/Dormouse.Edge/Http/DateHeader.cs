using Microsoft.Net.Http.Headers;

namespace Dormouse.Edge.Http;

/// <summary>The present time as headers write it. The text is made once a second and shared.</summary>
internal sealed class DateHeader(TimeProvider timeProvider)
{
    private DateText last = new(0, "");

    public string Now()
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        long second = now.ToUnixTimeSeconds();
        DateText text = last;
        if (text.Second != second)
        {
            last = text = new DateText(second, HeaderUtilities.FormatDate(now));
        }
        return text.Text;
    }

    private sealed record DateText(long Second, string Text);
}
