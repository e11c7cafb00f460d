using Dormouse.Contracts;

namespace Dormouse.Instances.Swap;

/// <summary>
/// The compressed swap of one platform: set up when asked, kept over a restart of the platform with the memory of frozen instances in it, undone by
/// <c>down</c>. A note in the data folder tells the next start what this one was about to do, so that nothing is left however far it came.
/// Called by whoever holds the data folder's lock.
/// </summary>
public sealed class ZramSwap
{
    private const string NoteFile = "zram.json";

    // Whoever watches devices (udev) opens a new one for a moment, and nobody may take it away meanwhile.
    private const int ResetsMax = 100;
    private static readonly TimeSpan ResetPause = TimeSpan.FromMilliseconds(50);

    private readonly string notePath;
    private readonly IZramHost host;
    private readonly ZramDevices devices;
    private readonly SwapSettings settings;
    private readonly TimeProvider time;

    internal ZramSwap(string dataPath, IZramHost host, TimeProvider time)
    {
        notePath = Path.Combine(dataPath, NoteFile);
        this.host = host;
        this.time = time;
        devices = new ZramDevices(host);
        settings = new SwapSettings(host);
    }

    public static ZramSwap Of(string dataPath) => new(dataPath, new ZramHost(), TimeProvider.System);

    /// <summary>Sets up so many bytes, or finds them set up already. Null: undoes what an earlier start has set up.</summary>
    /// <exception cref="DormouseException">DM3420 to DM3423; nothing was set up.</exception>
    public async Task EnsureAsync(long? bytes, CancellationToken cancellationToken)
    {
        if (ZramNote.TryRead(notePath) is { } note && note.Bytes == bytes && IsInUse(note))
        {
            Tune(note);
            return;
        }
        await RemoveAsync(cancellationToken);
        if (bytes is { } wanted)
        {
            await SetUpAsync(wanted, cancellationToken);
        }
    }

    /// <summary>Nothing happens if there is nothing of ours.</summary>
    /// <exception cref="DormouseException">DM3423.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (ZramNote.TryRead(notePath) is not { } note)
        {
            return;
        }
        settings.Restore(note.Settings ?? new Dictionary<string, string>());
        try
        {
            if (IsOurs(note))
            {
                if (devices.IsSwap(note.Device))
                {
                    // Blocks in the kernel for as long as the way back into memory takes.
                    await Task.Run(() => host.SwapOff(devices.PathOf(note.Device)), CancellationToken.None);
                }
                await ResetAsync(note.Device, cancellationToken);
                if (note.Added)
                {
                    devices.Remove(note.Device);
                }
            }
            File.Delete(notePath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ZramFailures.CannotUndo(note.Device, exception);
        }
    }

    private async Task SetUpAsync(long bytes, CancellationToken cancellationToken)
    {
        if (!host.MaySetUp)
        {
            throw ZramFailures.NeedsRoot();
        }
        if (!devices.AreThere)
        {
            await host.LoadAsync(cancellationToken);
        }
        if (!devices.AreThere)
        {
            throw ZramFailures.NotInKernel();
        }
        try
        {
            ZramNote note = Claim(bytes);
            using (var stream = new FileStream(devices.PathOf(note.Device), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0))
            {
                stream.Write(SwapHeader.Page(bytes, note.Identity, Environment.SystemPageSize));
                stream.Flush(flushToDisk: true);
            }
            host.SwapOn(devices.PathOf(note.Device));
            Tune(note);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await RemoveAsync(cancellationToken);
            throw ZramFailures.CannotSetUp(bytes, exception);
        }
    }

    private void Tune(ZramNote note)
    {
        IReadOnlyDictionary<string, string> before = note.Settings ?? settings.Others();
        (note with { Settings = before }).Write(notePath);
        settings.Set(before);
    }

    private ZramNote Claim(long bytes)
    {
        var identity = Guid.NewGuid();
        foreach (string free in devices.Free().ToList())
        {
            var note = new ZramNote(free, bytes, identity, Added: false);
            note.Write(notePath);
            if (devices.TryClaim(free, bytes))
            {
                return note;
            }
        }
        // Cut short before the note is written, this leaves a device that takes no memory and that the next one finds free.
        var added = new ZramNote(devices.Add(), bytes, identity, Added: true);
        added.Write(notePath);
        return devices.TryClaim(added.Device, bytes) ? added : throw new IOException($"{added.Device} was taken by somebody else.");
    }

    private bool IsInUse(ZramNote note) => IsOurs(note) && devices.IsSwap(note.Device);

    /// <summary>Its first page tells, or that nobody has written one: then it was claimed, and the claim was cut short.</summary>
    private bool IsOurs(ZramNote note)
    {
        if (devices.BytesOf(note.Device) != note.Bytes)
        {
            return false;
        }
        Guid found = SwapHeader.IdentityOf(devices.PathOf(note.Device));
        return found == note.Identity || (found == Guid.Empty && !devices.IsSwap(note.Device));
    }

    private async Task ResetAsync(string device, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                devices.Reset(device);
                return;
            }
            catch (IOException) when (attempt < ResetsMax)
            {
                await Task.Delay(ResetPause, time, cancellationToken);
            }
        }
    }
}
