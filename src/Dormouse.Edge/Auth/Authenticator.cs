using Dormouse.Contracts;
using Dormouse.Edge.Hits;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dormouse.Edge.Auth;

/// <summary>
/// Finds whose key a request carries. Synchronous when the directory knows the key already. The key goes nowhere but to the directory.
/// An address that sent too many wrong keys gets through with keys that are in use alone: what it guesses is not looked up, and whoever
/// shares the address with it goes on working.
/// </summary>
internal sealed class Authenticator(IKeyDirectory keys, AddressLimits addresses)
{
    /// <summary>A key has fewer than 100 characters; more is noise that nobody should have to hash.</summary>
    private const int MaxKeyLength = 512;

    private const string Scheme = "Bearer ";

    /// <summary>Whose request it is, if that is known without asking anybody; nothing depends on it but who is counted with whom.</summary>
    public DatabaseId? Guess(HttpContext context) =>
        FindKey(context.Request.Headers.Authorization) is { } key && TryFindKnown(context, key, out KnownKey known)
            ? known.Grant.Database
            : null;

    /// <exception cref="DormouseException"><see cref="FailureKind.Auth"/></exception>
    public ValueTask<KeyGrant> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken) =>
        Stage.AreRecorded ? TracedAsync(context, cancellationToken) : FindAsync(context, cancellationToken);

    private async ValueTask<KeyGrant> TracedAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using Stage stage = Stage.Start("authenticate");
        KeyGrant grant = await FindAsync(context, cancellationToken);
        stage.End();
        Stage.Note(grant.Database);
        return grant;
    }

    private ValueTask<KeyGrant> FindAsync(HttpContext context, CancellationToken cancellationToken)
    {
        Caller? address = addresses.Find(context);
        addresses.CountRequest(address);
        string? key = FindKey(context.Request.Headers.Authorization);
        if (!addresses.MayGuess(address))
        {
            return key is not null && TryFindKnown(context, key, out KnownKey known)
                ? new(known.Grant)
                : throw EdgeFailures.TooManyFailedKeys();
        }
        if (key is null)
        {
            return new(Checked(null, address));
        }
        if (TryFindPassed(context, key, out KnownKey passed))
        {
            return new(passed.Grant);
        }
        ValueTask<KeyGrant?> found = keys.FindAsync(key, cancellationToken);
        return found.IsCompletedSuccessfully ? new(Checked(found.Result, address)) : AwaitAsync(found, address);
    }

    private KeyGrant Checked(KeyGrant? grant, Caller? address)
    {
        if (grant is null)
        {
            addresses.CountFailedKey(address);
            throw EdgeFailures.InvalidKey();
        }
        return grant;
    }

    /// <summary>Whose key it is, if that is known without asking anybody. Whoever answers by it counts the request.</summary>
    public bool TryFindKnown(HitKey key, out KnownKey known)
    {
        known = key.Known ?? default;
        if (key.Known is not null && keys.Holds(known))
        {
            return true;
        }
        bool isKnown = keys.TryFindKnown(key.Text, out known);
        key.Known = isKnown ? known : null;
        return isKnown;
    }

    private bool TryFindKnown(HttpContext context, string key, out KnownKey known) =>
        TryFindPassed(context, key, out known) || keys.TryFindKnown(key, out known);

    /// <summary>What was found before Kestrel read the request, if it is about the key that Kestrel reads in it.</summary>
    private bool TryFindPassed(HttpContext context, string key, out KnownKey known)
    {
        HitKey? passed = context.Features.Get<HitMemory>()?.Passed?.Key;
        known = passed?.Known ?? default;
        return passed?.Known is not null && passed.Is(key) && keys.Holds(known);
    }

    private static string? FindKey(StringValues header) => FindKey(header.Count == 1 ? header[0] : null);

    /// <summary>The key in the value of an <c>Authorization</c> header; null where there is none.</summary>
    public static string? FindKey(string? text) =>
        text is null
        || text.Length <= Scheme.Length
        || text.Length > Scheme.Length + MaxKeyLength
        || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? null
            : text[Scheme.Length..].Trim();

    private async ValueTask<KeyGrant> AwaitAsync(ValueTask<KeyGrant?> found, Caller? address) => Checked(await found, address);
}
