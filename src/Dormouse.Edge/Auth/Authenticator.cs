using Dormouse.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dormouse.Edge.Auth;

/// <summary>
/// Finds whose key a request carries. Synchronous when the directory knows the key already. The key goes nowhere but to the directory.
/// </summary>
internal sealed class Authenticator(IKeyDirectory keys)
{
    /// <summary>A key has fewer than 100 characters; more is noise that nobody should have to hash.</summary>
    private const int MaxKeyLength = 512;

    private const string Scheme = "Bearer ";

    /// <exception cref="DormouseException"><see cref="FailureKind.Auth"/></exception>
    public ValueTask<KeyGrant> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (FindKey(context.Request.Headers.Authorization) is not { } key)
        {
            return ValueTask.FromException<KeyGrant>(EdgeFailures.InvalidKey());
        }
        ValueTask<KeyGrant?> found = keys.FindAsync(key, cancellationToken);
        if (!found.IsCompletedSuccessfully)
        {
            return AwaitAsync(found);
        }
        return found.Result is { } grant ? new(grant) : ValueTask.FromException<KeyGrant>(EdgeFailures.InvalidKey());
    }

    private static string? FindKey(StringValues header)
    {
        string? text = header.Count == 1 ? header[0] : null;
        return
            text is null
            || text.Length <= Scheme.Length
            || text.Length > Scheme.Length + MaxKeyLength
            || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? null
            : text[Scheme.Length..].Trim();
    }

    private static async ValueTask<KeyGrant> AwaitAsync(ValueTask<KeyGrant?> found) => await found ?? throw EdgeFailures.InvalidKey();
}
