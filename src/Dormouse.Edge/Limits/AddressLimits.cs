using System.Net;
using Dormouse.Contracts;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Limits;

/// <summary>What one address may do before it is known whose key it has: how many requests, sockets and wrong keys.</summary>
internal sealed class AddressLimits
{
    private readonly CallerLimitOptions limits;
    private readonly TrustedProxies proxies;
    private readonly TimeProvider timeProvider;
    private readonly CallerTable<ClientNetwork> addresses;
    private readonly TokenRate requests;
    private readonly TokenRate failedKeys;

    public AddressLimits(EdgeOptions options, TrustedProxies proxies, TimeProvider timeProvider)
    {
        limits = options.Callers;
        this.proxies = proxies;
        this.timeProvider = timeProvider;
        addresses = new CallerTable<ClientNetwork>(limits.CallersMax, timeProvider);
        requests = new TokenRate(limits.RequestsPerSecondPerAddress, 2 * limits.RequestsPerSecondPerAddress, timeProvider);
        failedKeys = new TokenRate(limits.FailedKeysPerMinute / 60.0, limits.FailedKeysPerMinute, timeProvider);
    }

    /// <summary>The account of a request's address; null for this machine, whose address a proxy and any number of apps share.</summary>
    public Caller? Find(HttpContext context) => Find(proxies.ClientOf(context));

    /// <param name="remote">The other end of the socket.</param>
    /// <param name="forwardedFor">What the request's header of that name says, if it has one.</param>
    public Caller? Find(IPAddress? remote, string? forwardedFor) => Find(proxies.ClientOf(remote, forwardedFor));

    /// <exception cref="DormouseException"><see cref="FailureKind.RateLimited"/></exception>
    public void CountRequest(Caller? address)
    {
        if (!TryCountRequest(address))
        {
            throw EdgeFailures.AddressTooFast(limits.RequestsPerSecondPerAddress);
        }
    }

    /// <returns>Whether that is within the bound.</returns>
    public bool TryCountRequest(Caller? address) => address is null || requests.TryTake(ref address.Requests, timeProvider.GetTimestamp());

    /// <summary>Whether the address may try a key that may be wrong.</summary>
    public bool MayGuess(Caller? address) => address is null || failedKeys.HasToken(ref address.FailedKeys, timeProvider.GetTimestamp());

    public void CountFailedKey(Caller? address)
    {
        if (address is not null)
        {
            failedKeys.TryTake(ref address.FailedKeys, timeProvider.GetTimestamp());
        }
    }

    /// <exception cref="DormouseException"><see cref="FailureKind.RateLimited"/></exception>
    public void Enter(Caller? address)
    {
        if (address is not null && !Caller.TryEnter(ref address.InFlight, limits.MaxRequestsPerAddress))
        {
            throw EdgeFailures.TooManyRequestsOfAddress(limits.MaxRequestsPerAddress);
        }
    }

    /// <summary>Counts a new socket.</summary>
    /// <param name="remote">Its other end.</param>
    /// <param name="account">To be left when it closes; null where it is not counted.</param>
    /// <returns>Whether there may be one more.</returns>
    public bool TryConnect(IPAddress? remote, out Caller? account)
    {
        account = proxies.Trusts(remote) ? null : Find(remote);
        return account is null || Caller.TryEnter(ref account.Connections, limits.MaxConnectionsPerAddress);
    }

    private Caller? Find(IPAddress? address) =>
        address is null || IPAddress.IsLoopback(address) ? null : addresses.Get(ClientNetwork.Of(address));
}
