using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>Counts the requests that Kestrel handed to the app.</summary>
internal sealed class PassedRequests
{
    private int count;

    public int Count => Volatile.Read(ref count);

    public Task CountAsync(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref count);
        return next(context);
    }
}
