internal import CKernels

/// What becomes of the memory that pictures leave behind.
public enum FreedMemory {
  /// Keeps freed memory for the next picture instead of giving it back to the system.
  ///
  /// Planes of some megabytes come and go with every stage. Given back each time, their pages are mapped and cleared again at
  /// the next: a quarter of the time that comparing a scan takes. To be called once, before anything is read.
  public static func keep() { gd_keep_freed_memory() }

  /// Gives back what is free at this moment, as after the last scan of many.
  public static func giveBack() { gd_give_back_memory() }
}
