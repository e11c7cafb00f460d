using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Host;

namespace Dormouse.Instances.Swap;

/// <summary>What the kernel lets one do with compressed memory. A boundary of its own, so that all that can happen between two steps is tested.</summary>
internal interface IZramHost
{
    /// <summary>Where <c>/sys</c>, <c>/dev</c> and <c>/proc</c> are.</summary>
    string Root { get; }

    bool MaySetUp { get; }

    /// <summary>Brings the kernel's module, where it is one and not there yet. Nothing happens where that fails.</summary>
    Task LoadAsync(CancellationToken cancellationToken);

    /// <exception cref="IOException">Why not.</exception>
    void SwapOn(string devicePath);

    /// <summary>Brings back into memory what is in it.</summary>
    /// <exception cref="IOException">There is no room for that, for one.</exception>
    void SwapOff(string devicePath);
}

internal sealed class ZramHost : IZramHost
{
    public string Root => "/";

    public bool MaySetUp => HostDisk.IsRoot;

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (HostCommand.Find("modprobe") is not null)
        {
            await HostCommand.Of("modprobe", "zram").RunAsync(cancellationToken);
        }
    }

    public void SwapOn(string devicePath) => Libc.Check(Libc.SwapOn(devicePath, Libc.SwapPreferred), $"swapon of {devicePath}");

    public void SwapOff(string devicePath) => Libc.Check(Libc.SwapOff(devicePath), $"swapoff of {devicePath}");
}
