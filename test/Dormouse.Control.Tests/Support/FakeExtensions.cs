using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;

namespace Dormouse.Control.Tests.Support;

/// <summary>Every database may have <c>hypopg</c>; what is asked is remembered.</summary>
internal sealed class FakeExtensions : IExtensions
{
    public ConcurrentQueue<string> Calls { get; } = new();

    public Task<IReadOnlyList<ExtensionResource>> ListAsync(DatabaseId id, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ExtensionResource>>([new ExtensionResource("hypopg", "1", "platform")]);

    public Task<ExtensionResource> AddAsync(DatabaseId id, string name, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"add {id} {name}");
        return name == "hypopg"
            ? Task.FromResult(new ExtensionResource(name, "1", "platform") { Installed = "1", Schema = "public" })
            : Task.FromException<ExtensionResource>(new DormouseException(FailureKind.Caller, "DM3540", "no"));
    }

    public Task RemoveAsync(DatabaseId id, string name, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"remove {id} {name}");
        return Task.CompletedTask;
    }
}
