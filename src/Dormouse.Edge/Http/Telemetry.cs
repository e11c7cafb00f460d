using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dormouse.Edge.Http;

/// <summary>
/// <c>X-Capture-Telemetry</c>: a list of what the client would like in <c>extensions</c>. Only <c>query</c> is answered; other log
/// levels and spans may be left out.
/// </summary>
internal static class Telemetry
{
    public static bool WantsQueries(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("X-Capture-Telemetry", out StringValues values))
        {
            return false;
        }
        foreach (string? value in values)
        {
            foreach (Range part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim().SequenceEqual("query"))
                {
                    return true;
                }
            }
        }
        return false;
    }
}
